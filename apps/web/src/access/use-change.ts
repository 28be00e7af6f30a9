'use client';

import { useState, type SyntheticEvent } from 'react';
import { useRouter } from 'next/navigation';
import { doneSchema } from '@concord/contracts';
import { sendHere, wordsOf } from '../api/browser.ts';

interface Change {
  /** What came of the last one, in words. */
  readonly said: string;
  readonly send: (path: string, body: object) => void;
  /** For a form: what `bodyOf` makes of its fields is sent. */
  readonly submit: (path: string, bodyOf: (field: (name: string) => string, form: FormData) => object) => (event: SyntheticEvent<HTMLFormElement>) => void;
}

/** A change by an administrator: sent, said what came of it, and the page is asked for anew. */
export function useChange(): Change {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const send = (path: string, body: object): void => {
    void sendHere(path, body, doneSchema).then((sent) => {
      setSaid(wordsOf(sent, 'Changed. It holds from now on.'));
      router.refresh();
    });
  };
  return {
    said,
    send,
    submit: (path, bodyOf) => (event) => {
      event.preventDefault();
      const form = new FormData(event.currentTarget);
      const field = (name: string): string => {
        const value = form.get(name);
        return typeof value === 'string' ? value.trim() : '';
      };
      send(path, bodyOf(field, form));
    },
  };
}
