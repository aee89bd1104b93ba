import type { Site } from './site.js';

/** A frontend or backend that needs a look. */
export interface Need {
  readonly kind: 'frontend' | 'backend';
  readonly name: string;
  /** In which it is found; null: in none. */
  readonly frontend: string | null;
  readonly state: string;
  readonly doubt: boolean;
  readonly since: number | null;
  /** Of a frontend. */
  readonly text: string;
}

/** As `maglevc show status`: frontends that are not up or not equal, then backends that are not up or doubted, the worst first. */
export function needsOf(site: Site): readonly Need[] {
  const frontends = [...site.frontends.values()]
    .filter(({ head }) => head.state !== 'up' || isOff(head.standing.state))
    .map(({ head }): Need => {
      const { name, state, since, standing } = head;
      const [difference] = standing.differences;
      const text = isOff(standing.state) ? `VPP: ${difference ?? standing.state}` : 'no server has weight';
      return {
        kind: 'frontend',
        name,
        frontend: name,
        state,
        doubt: false,
        since,
        text: state === 'unknown' ? '' : text,
      };
    });
  const backends = [...site.backends.values()]
    .filter((backend) => backend.state !== 'up' || backend.doubt !== null || backend.override !== '')
    .map((backend): Need => {
      const { name, state, since, doubt } = backend;
      const frontend = backend.frontends[0] ?? null;
      return { kind: 'backend', name, frontend, state, doubt: doubt !== null, since, text: '' };
    })
    .sort((a, b) => weightOf(a) - weightOf(b));
  return [...frontends, ...backends];
}

function isOff(standing: string): boolean {
  return standing === 'differs';
}

const order = ['down', 'unknown', 'up', 'paused', 'disabled'];

function weightOf({ state }: Need): number {
  return order.indexOf(state);
}
