import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Session } from '@concord/contracts';
import { instant, minutes, plus, toIso } from '@concord/core/kernel';
import { BREAK_GLASS_ROLES } from '@concord/governance/access';
import type { Config } from '../config.ts';
import { callerOf } from '../edge/caller.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG, SERVED_BUNDLE, SESSIONS } from '../edge/tokens.ts';
import { cookieOf, SESSION_COOKIE } from '../identity/cookies.ts';
import type { Sessions } from '../identity/sessions.ts';

/** Id of the bundle that answers now; null when none is active. */
export type ServedBundle = () => Promise<string | null>;

/** Who is signed in, which wards they reach now, and what this system is. */
@Controller('api/v1/session')
export class SessionController {
  readonly #gate: Gate;
  readonly #config: Config;
  readonly #sessions: Sessions;
  readonly #bundle: ServedBundle;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config, @Inject(SESSIONS) sessions: Sessions, @Inject(SERVED_BUNDLE) bundle: ServedBundle) {
    this.#gate = gate;
    this.#config = config;
    this.#sessions = sessions;
    this.#bundle = bundle;
  }

  @Get()
  @Needs('read', 'Session')
  async session(@Req() request: FastifyRequest): Promise<Session> {
    const caller = callerOf(request);
    const cookie = cookieOf(request, SESSION_COOKIE);
    const reviews = caller.actor.roles.includes('privacy');
    const looksUp = BREAK_GLASS_ROLES.some((role) => caller.actor.roles.includes(role));
    const { wards, now, openReviews, authorities } = await this.#gate.open(caller, aboutNobody, async (scope) => {
      const all = await scope.worklist.wards();
      const openReviews = reviews ? await scope.breakGlass.openReviews() : null;
      const sources = looksUp ? await scope.administration.sources() : [];
      return {
        now: scope.now,
        openReviews,
        authorities: [...new Set(sources.map(({ authority }) => authority))].sort(),
        wards: all.filter(({ id }) => scope.wards.includes(id)).map(({ id, name }) => ({ id, name })),
      };
    });
    return {
      login: caller.actor.login,
      displayName: caller.actor.displayName,
      roles: [...caller.actor.roles],
      wards,
      demo: this.#config.demo,
      timeZone: this.#config.timeZone,
      bundle: await this.#bundle(),
      openReviews,
      authorities,
      expiresAt: toIso(cookie === undefined ? plus(now, minutes(5)) : instant(await this.#sessions.endsAt(cookie))),
    };
  }
}
