import { describe, expect, it } from 'vitest';
import { orderChange, orderWords } from './order.ts';

describe('a new order that waits', () => {
  it('counts the fewest rows that would move', () => {
    expect(orderChange(['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'])).toEqual({ moved: 1, added: 0 });
    expect(orderChange(['a', 'b', 'c'], ['c', 'b', 'a'])).toEqual({ moved: 2, added: 0 });
  });

  it('is silent when nothing moved, also when somebody left', () => {
    expect(orderWords(orderChange(['a', 'b', 'c'], ['a', 'c']))).toBe('');
  });

  it('says who is new', () => {
    expect(orderWords(orderChange(['a', 'b'], ['n', 'b', 'a']))).toBe('1 moved, 1 new');
  });
});
