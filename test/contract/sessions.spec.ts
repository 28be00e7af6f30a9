import { describe } from 'vitest';
import { memorySessions } from '../memory-sessions.ts';
import { sessionCases } from '../session-cases.ts';

describe('a session in memory', () => {
  const store = memorySessions();
  sessionCases(() => store);
});
