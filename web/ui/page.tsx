import {
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Switch,
} from 'solid-js';
import { atNextFrame } from './clock.js';
import { go, here, startHere } from './live/here.js';
import { freshness, maglevds, pageLink, startStore, version } from './live/store.js';
import { linkTo, type View, views } from './model/place.js';
import { Announcer } from './parts/announcer.jsx';
import { Glyph } from './parts/icons.jsx';
import { KeyHelp } from './parts/key-help.jsx';
import { LiveBadge, LostNotice } from './parts/live-badge.jsx';
import { MaglevdTabs } from './parts/maglevd-tabs.jsx';
import { coloursChanged, nextTheme, startTheme, theme } from './parts/theme.js';
import { showTips } from './parts/tip.js';
import { AdminView } from './views/admin.jsx';
import { FrontendsView } from './views/frontends.jsx';
import { OverviewView } from './views/overview.jsx';
import { ProbesView } from './views/probes.jsx';
import { TimelineView } from './views/timeline.jsx';

const names: Readonly<Record<View, string>> = {
  overview: 'Overview',
  frontends: 'Frontends',
  timeline: 'Timeline',
  probes: 'Probes',
  admin: 'Admin',
};

const themeGlyphs = { auto: 'half', light: 'sun', dark: 'moon' } as const;

export function Page(): JSX.Element {
  const [helping, setHelping] = createSignal(false);
  startTheme();
  startHere();
  startStore();
  showTips();
  const shown = () => views.filter((view) => view !== 'admin' || version()?.admin === true);
  const view = createMemo(() => (shown().includes(here().view) ? here().view : 'overview'));
  /** The maglevd that a view is about: the one of the address, or the first. */
  const maglevd = createMemo(() => {
    const ids = maglevds().map(({ id }) => id);
    const { maglevd: chosen } = here();
    return chosen !== null && ids.includes(chosen) ? chosen : (ids[0] ?? null);
  });
  // When what is stale has its colours.
  const redraw = atNextFrame(coloursChanged);
  createEffect(on(createMemo(freshness), redraw));
  createEffect(() => {
    const down = maglevds().reduce((sum, { summary }) => sum + (summary?.backendsDown ?? 0), 0);
    document.title = `${down > 0 ? `${down} down · ` : ''}${names[view()]} · maglev`;
  });
  const onKey = (event: KeyboardEvent) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null)
      return;
    const typing =
      target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');
    if (typing) return;
    const chosen = shown()[Number(key) - 1];
    if (chosen !== undefined) go({ view: chosen, search: '' });
    else if (key === '?') setHelping(true);
    else if (key === '/') {
      const search = document.querySelector<HTMLInputElement>('input[type=search]');
      if (search === null) return;
      search.focus();
      search.select();
    } else if (!toList(event)) return;
    event.preventDefault();
  };
  onMount(() => document.addEventListener('keydown', onKey));
  onCleanup(() => document.removeEventListener('keydown', onKey));

  return (
    <div class="shell" classList={{ 'shell-lost': pageLink().state === 'lost' }}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to what is shown
      </button>
      <header class="bar">
        <span class="brand">
          <span class="brand-mark" aria-hidden="true" />
          maglev
        </span>
        <nav class="tabs" aria-label="Views">
          <For each={shown()}>
            {(one, index) => (
              <a
                class="tab"
                href={linkTo({ ...here(), view: one, search: '' })}
                aria-current={view() === one ? 'page' : undefined}
                title={`key ${index() + 1}`}
                onClick={(event) => {
                  event.preventDefault();
                  go({ view: one, search: '' });
                }}
              >
                {names[one]}
              </a>
            )}
          </For>
        </nav>
        <div class="bar-end">
          <LiveBadge />
          <button
            type="button"
            class="quiet"
            aria-label={`colours: ${theme()}`}
            title={`colours: ${theme()}`}
            onClick={nextTheme}
          >
            <Glyph name={themeGlyphs[theme()]} />
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="keys"
            title="keys (?)"
            onClick={() => setHelping(true)}
          >
            ?
          </button>
        </div>
      </header>
      <LostNotice />
      <main id="main" class={`main main-${view()}`} tabIndex={-1}>
        <h1 class="unseen">{names[view()]}</h1>
        <Show when={pageLink().state !== 'loading' || maglevds().length > 0} fallback={<Loading />}>
          <Show when={view() !== 'overview'}>
            <MaglevdTabs
              chosen={view() === 'timeline' ? here().maglevd : maglevd()}
              all={view() === 'timeline'}
            />
          </Show>
          <Switch>
            <Match when={view() === 'overview'}>
              <OverviewView />
            </Match>
            <Match when={view() === 'timeline'}>
              <TimelineView />
            </Match>
            <Match when={view() === 'frontends' && maglevd()} keyed>
              {(id) => <FrontendsView maglevd={id} />}
            </Match>
            <Match when={view() === 'probes' && maglevd()} keyed>
              {(id) => <ProbesView maglevd={id} />}
            </Match>
            <Match when={view() === 'admin' && maglevd()} keyed>
              {(id) => <AdminView maglevd={id} />}
            </Match>
          </Switch>
        </Show>
      </main>
      <Announcer />
      <KeyHelp open={helping()} close={() => setHelping(false)} />
    </div>
  );
}

/** Keys that lead through a list lead there also when nothing has the focus yet. Says whether it was such a key. */
function toList(event: KeyboardEvent): boolean {
  const list = document.querySelector<HTMLElement>('.list');
  const free = document.activeElement === document.body || document.activeElement?.id === 'main';
  if (list === null || !free || !['j', 'k', 'g', 'G', 'Escape'].includes(event.key)) return false;
  list.focus();
  list.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }));
  return true;
}

function Loading(): JSX.Element {
  return <p class="hint">Asking for the state of the load balancers …</p>;
}
