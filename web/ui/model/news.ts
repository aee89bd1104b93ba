import type { TimelineEvent } from '../../contract.js';
import { eventText } from './lanes.js';

/** What of the events is worth being said aloud: changes of state, and VPP coming and going. */
export function newsOf(events: readonly TimelineEvent[]): readonly string[] {
  return events.filter(isNews).map((event) => {
    const { attrs, msg } = event;
    if (msg === 'backend-transition' || msg === 'frontend-transition') {
      const reason = attrs['reason'] === undefined || attrs['reason'] === '' ? '' : `, ${attrs['reason']}`;
      return `${attrs['backend'] ?? attrs['frontend'] ?? ''} is ${attrs['to'] ?? ''}${reason}`;
    }
    return eventText(event);
  });
}

function isNews({ msg, level }: TimelineEvent): boolean {
  return /^(?:backend|frontend)-transition$|^vpp-(?:dis)?connect$/.test(msg) || level === 'error';
}
