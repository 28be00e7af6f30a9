import { blocksOf, type CardBlock } from './card-blocks.ts';

/** A model card on the page: headings, paragraphs, lists and tables; every piece is text, nothing in it is markup. */
export function CardText({ markdown }: { readonly markdown: string }) {
  return (
    <article className="model-card">
      {blocksOf(markdown).map((block, index) => (
        // Blocks have no identity but their place; the text never changes while it is shown.
        <Block key={index} block={block} />
      ))}
    </article>
  );
}

function Block({ block }: { readonly block: CardBlock }) {
  switch (block.kind) {
    case 'title':
      return <h1>{block.text}</h1>;
    case 'heading':
      return <h2>{block.text}</h2>;
    case 'list':
      return (
        <ul>
          {block.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      );
    case 'table':
      return <Table head={block.head} rows={block.rows} />;
    case 'paragraph':
      return <p>{block.text}</p>;
  }
}

function Table({ head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <div className="wide" tabIndex={0} role="region" aria-label={head.join(', ')}>
      <table className="plain-list">
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell, column) => (
                <td key={head[column] ?? cell}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
