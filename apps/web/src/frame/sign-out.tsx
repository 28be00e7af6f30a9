'use client';

import type { SubmitEvent } from 'react';
import { proof } from '../api/proof.ts';

interface Props {
  readonly action: '/auth/logout' | '/auth/logout-everywhere';
  readonly children: string;
}

/** A button that ends the session here, or on every device. The page proves itself in the form, for a cookie goes along by itself. */
export function SignOut({ action, children }: Props) {
  const show = (event: SubmitEvent<HTMLFormElement>) => {
    const field = event.currentTarget.elements.namedItem('csrf');
    if (field instanceof HTMLInputElement) field.value = proof();
  };
  return (
    <form method="post" action={action} onSubmit={show}>
      <input type="hidden" name="csrf" defaultValue="" />
      <button type="submit" className="btn-plain">
        {children}
      </button>
    </form>
  );
}
