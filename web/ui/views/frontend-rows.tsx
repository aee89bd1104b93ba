import { createMemo, type JSX, Show } from 'solid-js';
import {
  backendOf,
  countersOf,
  frontendOf,
  maglevdOf,
  memberOf,
  presentAt,
  readersTime,
  shapeOf,
  sharesOf,
} from '../live/store.js';
import { momentText, percentText, shortBytes, shortNumber, spanText } from '../model/figures.js';
import { serverOf } from '../model/rows.js';
import { letterAt, placeIn, segmentsOf, TINTS } from '../model/segments.js';
import { Glyph } from '../parts/icons.jsx';
import { causeOf, Nothing, Num, StandingChip, StateWord } from '../parts/numbers.jsx';
import { ShareBar } from '../parts/share-bar.jsx';
import { Sparkline } from '../parts/sparkline.jsx';

export interface RowProps {
  readonly maglevd: string;
  readonly index: number;
  readonly selected: boolean;
  readonly frontend: string;
}

/** What the columns are. Each cell says it again to who does not see them. */
export function RowHead(): JSX.Element {
  return (
    <div class="row-head" aria-hidden="true">
      <span>Server</span>
      <span>State</span>
      <span class="right">Weights</span>
      <span>Share of new flows</span>
      <span class="right">Packets/s</span>
      <span class="right">Bytes/s</span>
    </div>
  );
}

export function FrontendRow(
  props: RowProps & { readonly folded: boolean; readonly fold: (closed: boolean) => void },
): JSX.Element {
  const node = createMemo(() => frontendOf(props.maglevd, props.frontend));
  const segments = createMemo(() => {
    const known = node();
    sharesOf(props.maglevd, props.frontend);
    return known === undefined ? [] : segmentsOf(known);
  });
  const counters = createMemo(() => countersOf(props.maglevd, props.frontend));
  return (
    <Show when={node()?.head}>
      {(head) => (
        <div
          id={`row-${props.index}`}
          class="row row-frontend"
          role="treeitem"
          data-index={props.index}
          aria-level={1}
          aria-expanded={!props.folded}
          aria-selected={props.selected}
          tabIndex={-1}
        >
          <span class="cell cell-name">
            <button
              type="button"
              class="fold"
              tabIndex={-1}
              aria-label={props.folded ? 'unfold' : 'fold'}
              onClick={() => props.fold(!props.folded)}
            >
              <Glyph name="chevron" />
            </button>
            <span class="names">
              <strong>{head().name}</strong>
              <span class="address">{vipText(head())}</span>
            </span>
          </span>
          <span class="cell cell-state">
            <Num source="frontendState" of={head().name}>
              <StateWord state={head().state} />
            </Num>
            <StandingChip standing={head().standing} source="frontendStanding" of={head().name} />
          </span>
          <span class="cell cell-spark">
            <Sparkline maglevd={props.maglevd} frontend={props.frontend} />
          </span>
          <span class="cell cell-bar">
            <ShareBar frontend={head().name} segments={segments()} />
          </span>
          <span class="cell cell-packets right">
            <Rate value={counters()?.packetsPerSecond ?? null}>
              {(value) => (
                <Num source="vipPackets" of={head().name}>
                  {shortNumber(value)}
                </Num>
              )}
            </Rate>
          </span>
          <span class="cell cell-bytes right">
            <Rate value={counters()?.flowsPerSecond ?? null}>
              {(value) => (
                <Num source="vipFlows" of={head().name} class="muted">
                  {shortNumber(value)} flows
                </Num>
              )}
            </Rate>
          </span>
        </div>
      )}
    </Show>
  );
}

/** `192.0.2.1 tcp 443`. */
export function vipText(head: {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}): string {
  return head.port === 0
    ? `${head.address} ${head.protocol}`
    : `${head.address} ${head.protocol} ${head.port}`;
}

function Rate(props: {
  readonly value: number | null;
  readonly children: (value: number) => JSX.Element;
}): JSX.Element {
  return (
    <Show when={props.value !== null} fallback={<Nothing />}>
      {props.children(props.value ?? 0)}
    </Show>
  );
}

export function PoolRow(props: RowProps & { readonly pool: string }): JSX.Element {
  const active = () => frontendOf(props.maglevd, props.frontend)?.head.activePool === props.pool;
  return (
    <div
      id={`row-${props.index}`}
      class="row row-pool"
      role="treeitem"
      tabIndex={-1}
      aria-selected={false}
      data-index={props.index}
      aria-level={2}
    >
      <span>
        pool {props.pool}
        <Show when={active()}>
          <span class="chip tone-good">gets new flows</span>
        </Show>
      </span>
    </div>
  );
}

export function MemberRow(
  props: RowProps & { readonly pool: string; readonly backend: string },
): JSX.Element {
  const member = createMemo(() => memberOf(props.maglevd, props.frontend, props.pool, props.backend));
  const backend = createMemo(() => backendOf(props.maglevd, props.backend));
  const server = createMemo(() => serverOf(countersOf(props.maglevd, props.frontend), props.backend));
  const place = createMemo(() => {
    const node = shapeOf(props.maglevd)?.frontends.get(props.frontend);
    return node === undefined ? -1 : placeIn(node, props.pool, props.backend);
  });
  return (
    <div
      id={`row-${props.index}`}
      class="row row-member"
      classList={{ 'row-off': backend()?.state !== 'up' || member()?.effectiveWeight === 0 }}
      role="treeitem"
      data-index={props.index}
      aria-level={3}
      aria-selected={props.selected}
      tabIndex={-1}
    >
      <span class="cell cell-name">
        <span class={`letter tint-${place() % TINTS}`} aria-hidden="true">
          {letterAt(place())}
        </span>
        <span class="names">
          <strong>{props.backend}</strong>
          <span class="address">{backend()?.address}</span>
        </span>
      </span>
      <span class="cell cell-state">
        <Num source="state" of={props.backend}>
          <StateWord state={backend()?.state ?? 'unknown'} doubt={backend()?.doubt != null} />
        </Num>
        <Cause maglevd={props.maglevd} backend={props.backend} />
      </span>
      <Show when={member()}>
        {(known) => (
          <>
            <span class="cell cell-weights right">
              <Weights
                frontend={props.frontend}
                weight={known().weight}
                configured={known().configuredWeight}
                effective={known().effectiveWeight}
                vpp={known().vppWeight}
              />
            </span>
            <span class="cell cell-share">
              <Show when={known().shareGiven !== null || known().buckets !== null} fallback={<Nothing />}>
                <span class="meter" aria-hidden="true">
                  <span
                    class={`meter-fill tint-${place() % TINTS}`}
                    style={{ width: `${(known().shareGiven ?? 0) * 100}%` }}
                  />
                </span>
                <Num source="shareGiven" of={props.frontend} note={askedText(known().shareAsked)}>
                  {percentText(known().shareGiven ?? 0)}
                </Num>
                <Num source="buckets" of={props.frontend} class="muted cell-buckets">
                  {known().buckets ?? '–'}
                </Num>
              </Show>
            </span>
          </>
        )}
      </Show>
      <span class="cell cell-packets right">
        <Rate value={server()?.packetsPerSecond ?? null}>
          {(value) => (
            <Num source="packets" of={props.frontend} class={value === 0 ? 'zero' : ''}>
              {shortNumber(value)}
            </Num>
          )}
        </Rate>
      </span>
      <span class="cell cell-bytes right">
        <Rate value={server()?.bytesPerSecond ?? null}>
          {(value) => (
            <Num source="bytes" of={props.frontend} class={value === 0 ? 'zero' : ''}>
              {shortBytes(value)}
            </Num>
          )}
        </Rate>
      </span>
    </div>
  );
}

function askedText(asked: number | null): string {
  return asked === null ? '' : `its weight asks for ${percentText(asked)}`;
}

function Cause(props: { readonly maglevd: string; readonly backend: string }): JSX.Element {
  const known = createMemo(() => {
    const row = maglevdOf(props.maglevd);
    const backend = backendOf(props.maglevd, props.backend);
    return row === undefined || backend === undefined ? null : { row, backend };
  });
  return (
    <Show when={known()}>
      {(both) => (
        <span class="cause">
          <Show when={both().backend.doubt?.since ?? both().backend.since}>
            {(since) => (
              <Num
                source="stateAge"
                of={props.backend}
                note={`since ${momentText(readersTime(both().row, since()))}`}
                class="age"
              >
                {spanText(presentAt(both().row) - since())}
              </Num>
            )}
          </Show>
          <span class="cause-text" title={causeOf(both().backend)}>
            {causeOf(both().backend)}
          </span>
        </span>
      )}
    </Show>
  );
}

/** The three weights; those that differ from the one before stand out. */
export function Weights(props: {
  readonly frontend: string;
  readonly weight: number;
  readonly configured: number | null;
  readonly effective: number | null;
  readonly vpp: number | null;
}): JSX.Element {
  return (
    <span class="weights">
      <Num
        source="weight"
        of={props.frontend}
        note={props.configured === null ? '' : `set by an operator; the config says ${props.configured}`}
        class={props.configured === null ? '' : 'overridden'}
      >
        {props.weight}
      </Num>
      <span class="arrow" aria-hidden="true">
        →
      </span>
      <Num
        source="effectiveWeight"
        of={props.frontend}
        note={props.effective === null ? 'no verdict yet: what VPP has is kept' : ''}
        class={props.effective === 0 ? 'zero' : ''}
      >
        {props.effective ?? 'kept'}
      </Num>
      <span class="arrow" aria-hidden="true">
        →
      </span>
      <Num
        source="vppWeight"
        of={props.frontend}
        class={
          props.effective !== null && props.vpp !== props.effective
            ? 'differs'
            : props.vpp === 0
              ? 'zero'
              : ''
        }
      >
        {props.vpp ?? '–'}
      </Num>
    </span>
  );
}
