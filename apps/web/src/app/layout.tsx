import '@fontsource-variable/source-sans-3/wght.css';
import 'uplot/dist/uPlot.min.css';
import '@concord/ui/styles.css';
import type { Metadata } from 'next';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { HatchDefs } from '@concord/ui';

/** Titles hold no names: they stand in histories and on shared screens. */
export const metadata: Metadata = { title: 'Concord', description: 'Research software, not a medical device.', robots: { index: false, follow: false } };

/** Never static: a page that was built ahead carries no nonce, and its scripts would be refused. */
export const dynamic = 'force-dynamic';

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  await connection();
  return (
    <html lang="en">
      <body>
        <HatchDefs />
        {children}
      </body>
    </html>
  );
}
