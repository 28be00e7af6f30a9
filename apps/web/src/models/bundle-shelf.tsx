import type { ModelBundle, Models } from '@concord/contracts';
import { ActivateButton, RollbackButton } from './change-buttons.tsx';

interface Props {
  readonly models: Models;
  readonly shown: string | null;
}

const STATE: Readonly<Record<ModelBundle['state'], string>> = { active: 'Answers now', previous: 'Previous', kept: 'Kept' };

/** Every bundle of this installation in one line each; the one that answers first. */
export function BundleShelf({ models, shown }: Props) {
  const order = ['active', 'previous', 'kept'];
  const bundles = [...models.bundles].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.created.localeCompare(a.created));
  return (
    <>
      <table className="plain-list">
        <caption className="vh">Bundles, the one that answers first</caption>
        <thead>
          <tr>
            <th scope="col">Bundle</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            <th scope="col">Size</th>
            <th scope="col">What it answers</th>
            <th scope="col">
              <span className="vh">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {bundles.map((bundle) => (
            <Line key={bundle.id} bundle={bundle} shown={bundle.id === shown} />
          ))}
        </tbody>
      </table>
      {models.previous !== null && <RollbackButton previous={models.previous} />}
    </>
  );
}

function Line({ bundle, shown }: { readonly bundle: ModelBundle; readonly shown: boolean }) {
  const isActive = bundle.state === 'active';
  return (
    <tr>
      <th scope="row">
        <a href={`/models?bundle=${encodeURIComponent(bundle.id)}`} {...(shown ? { 'aria-current': 'true' as const } : {})}>
          {bundle.id}
        </a>
      </th>
      <td>{isActive ? <b>{STATE.active}</b> : STATE[bundle.state]}</td>
      <td>{bundle.created || '–'}</td>
      <td>{bundle.unusable === null ? `${(bundle.bytes / 1e6).toFixed(1)} MB` : '–'}</td>
      <td>{bundle.unusable ?? bundle.title}</td>
      <td>{!isActive && bundle.unusable === null && <ActivateButton id={bundle.id} />}</td>
    </tr>
  );
}
