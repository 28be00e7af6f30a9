/** One JSON object a line on standard error. No field ever holds patient content, a token or a cookie. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void;
  error(message: string, fields?: Readonly<Record<string, string | number>>): void;
}

export function lineLog(write: (line: string) => void, now: () => string): Log {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, string | number>> = {}): void => {
      write(`${JSON.stringify({ time: now(), level, app: 'api', message, ...fields })}\n`);
    };
  return { info: line('info'), error: line('error') };
}
