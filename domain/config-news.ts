import type { ConfigVerdict } from './config.js';
import type { MaglevEvent } from './events.js';

/** What the log is told of a config file that was checked, or was to become the running config (`reload`). */
export function verdictNews(verdict: ConfigVerdict, reload: boolean): MaglevEvent[] {
  return verdict.ok ? (reload ? acceptedNews(verdict) : []) : refusedNews(verdict, reload);
}

function acceptedNews({ config, warnings }: Extract<ConfigVerdict, { ok: true }>): MaglevEvent[] {
  const { frontends, backends } = config;
  const counts = { frontends: frontends.size, backends: backends.size, warnings: warnings.length };
  return [
    ...warnings.map(({ place, path, message }): MaglevEvent => {
      return { name: 'config-warning', level: 'warn', fields: { ...place, path, warning: message } };
    }),
    { name: 'config-reload-done', level: 'info', fields: { ok: true, ...counts } },
  ];
}

function refusedNews(
  { stage, issues }: Extract<ConfigVerdict, { ok: false }>,
  reload: boolean,
): MaglevEvent[] {
  const news = issues.map(({ place, path, message }): MaglevEvent => {
    const fields = { reload, stage, ...place, path, error: message };
    return { name: 'config-check-failed', level: 'error', fields };
  });
  if (reload) news.push({ name: 'config-reload-done', level: 'error', fields: { ok: false, stage } });
  return news;
}
