import { createMemo, createSignal, For, type JSX, onMount, Show } from 'solid-js';
import type { Action, Role, WhoAnswer } from '../../contract.js';
import { adminApi, get, type Result } from '../live/api.js';
import { backendOf, isFresh, maglevdOf, shapeOf, sharesOf } from '../live/store.js';
import { type Asked, allows, describe } from '../model/actions.js';
import { causeOf, Since, StateWord } from '../parts/numbers.jsx';
import { ActionDialog } from './action-dialog.jsx';
import { BackendList, chosenBackend } from './backend-list.jsx';
import { WeightForm } from './weight-form.jsx';

/** What an operator may do: each action shows first what it would change, and then what VPP has acknowledged. */
export function AdminView(props: { readonly maglevd: string }): JSX.Element {
  const [who, setWho] = createSignal<Result<WhoAnswer> | null>(null);
  const [asked, setAsked] = createSignal<Asked | null>(null);
  const askWho = () => {
    setWho(null);
    void get<WhoAnswer>(`${adminApi}/who`, 120_000).then(setWho);
  };
  onMount(askWho);
  const user = () => {
    const answer = who();
    return answer?.ok === true ? answer.value : null;
  };
  const failure = () => {
    const answer = who();
    return answer?.ok === false ? answer.failure : null;
  };
  const row = () => maglevdOf(props.maglevd);
  /** The lesser of what the user may do here, and what the dashboard may do there. */
  const may = (action: Action['do']) => {
    const known = row();
    return (
      user() !== null && known !== undefined && isFresh(known) && allows([user()?.role, known.role], action)
    );
  };
  const ask = (action: Action) => setAsked({ maglevd: props.maglevd, action });
  const backend = createMemo(() => chosenBackend(props.maglevd));
  return (
    <>
      <Show when={failure()}>
        {(why) => (
          <p class="notice notice-bad">
            {why().message} {why().advice}{' '}
            <button type="button" onClick={askWho}>
              Sign in
            </button>
          </p>
        )}
      </Show>
      <div class="split split-left">
        <BackendList maglevd={props.maglevd} chosen={backend()} />
        <div class="admin">
          <section class="card admin-site" aria-label="The load balancer">
            <div>
              <h2>{row()?.name}</h2>
              <p class="muted">{userText(user(), row()?.role ?? null)}</p>
            </div>
            <span class="admin-buttons">
              <button
                type="button"
                disabled={!may('sync')}
                onClick={() => ask({ do: 'sync', frontend: null })}
              >
                Sync …
              </button>
              <button type="button" disabled={!may('reload')} onClick={() => ask({ do: 'reload' })}>
                Reload config …
              </button>
            </span>
          </section>
          <Show when={backend()} keyed>
            {(name) => <BackendActions maglevd={props.maglevd} backend={name} may={may} ask={ask} />}
          </Show>
        </div>
      </div>
      <ActionDialog asked={asked()} close={() => setAsked(null)} />
    </>
  );
}

function userText(user: WhoAnswer | null, role: Role | null): string {
  if (user === null) return 'nobody is signed in';
  const there = role === null ? 'may do nothing here' : `this dashboard is ${role} here`;
  return `${user.user} is ${user.role}; ${there}`;
}

const actions = ['pause', 'resume', 'disable', 'enable'] as const;

/** Does it change anything? What holds already need not be asked for. */
function isOpen(action: (typeof actions)[number], state: string): boolean {
  switch (action) {
    case 'pause':
      return state !== 'paused' && state !== 'disabled';
    case 'resume':
      return state === 'paused';
    case 'disable':
      return state !== 'disabled';
    case 'enable':
      return state === 'disabled';
  }
}

function BackendActions(props: {
  readonly maglevd: string;
  readonly backend: string;
  readonly may: (action: Action['do']) => boolean;
  readonly ask: (action: Action) => void;
}): JSX.Element {
  const backend = createMemo(() => backendOf(props.maglevd, props.backend));
  const places = createMemo(() => {
    const frontends = shapeOf(props.maglevd)?.backends.get(props.backend)?.frontends ?? [];
    return frontends.flatMap((frontend) => {
      const pools = sharesOf(props.maglevd, frontend)?.pools ?? [];
      return pools
        .filter(({ members }) => members.has(props.backend))
        .map(({ name }) => ({ frontend, pool: name }));
    });
  });
  return (
    <section class="card admin-backend" aria-label={`actions on ${props.backend}`}>
      <Show when={backend()}>
        {(known) => (
          <>
            <div class="probes-head">
              <h2>{props.backend}</h2>
              <StateWord state={known().state} doubt={known().doubt !== null} />
              <Since maglevd={props.maglevd} at={known().since} />
              <span class="muted">{causeOf(known())}</span>
            </div>
            <span class="admin-buttons">
              <For each={actions}>
                {(action) => (
                  <button
                    type="button"
                    disabled={!props.may(action) || !isOpen(action, known().state)}
                    title={describe({ do: action, backend: props.backend }).does}
                    onClick={() => props.ask({ do: action, backend: props.backend })}
                  >
                    {action} …
                  </button>
                )}
              </For>
            </span>
            <h3>Weights</h3>
            <For each={places()}>
              {({ frontend, pool }) => (
                <WeightForm
                  maglevd={props.maglevd}
                  frontend={frontend}
                  pool={pool}
                  backend={props.backend}
                  may={props.may('weight')}
                  ask={props.ask}
                />
              )}
            </For>
          </>
        )}
      </Show>
    </section>
  );
}
