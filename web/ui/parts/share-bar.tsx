import { For, type JSX, Show } from 'solid-js';
import { percentText } from '../model/figures.js';
import type { Segment } from '../model/segments.js';
import { sourceText } from '../model/sources.js';

/** The new-flow table of a frontend as a bar: who gets how much of it, each with the letter that its row has. */
export function ShareBar(props: {
  readonly frontend: string;
  readonly segments: readonly Segment[];
}): JSX.Element {
  const words = () =>
    props.segments.map(({ name, share }) => `${name} ${percentText(share)}`).join(', ') || 'nobody serves';
  return (
    <div class="share-bar" role="img" aria-label={`shares of new flows: ${words()}`}>
      <For each={props.segments} fallback={<span class="share-none">nobody serves</span>}>
        {(segment) => (
          <span
            class={`share-part tint-${segment.tint}`}
            style={{ 'flex-grow': String(segment.share) }}
            title={`${segment.name}: ${percentText(segment.share)}\n${sourceText('shareGiven', props.frontend)}`}
          >
            <Show when={segment.share > 0.04}>{segment.letter}</Show>
          </span>
        )}
      </For>
    </div>
  );
}
