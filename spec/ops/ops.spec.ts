import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { metricCatalogue } from '../../metrics/catalogue.js';
import type { Metric } from '../../metrics/metric.js';
import { testWherePermitted } from '../support/where-permitted.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

interface RuleTest {
  readonly promql_expr_test: readonly { readonly expr: string; readonly exp_samples?: readonly unknown[] }[];
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const file = (name: string) => readFileSync(`ops/${name}`, 'utf8');
const { groups } = parse(file('alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { tests } = parse(file('alerts-test.yaml')) as { tests: RuleTest[] };
const dashboard = JSON.parse(file('grafana-dashboard.json')) as {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
};
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** What Prometheus adds itself. */
const everywhere = ['job', 'instance', 'le'];

/** Metrics and labels of an expression that maglevd does not export. */
function strange(expr: string): string[] {
  return [...expr.matchAll(/\b((?:maglev|process)_\w+)\b(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = '', labels = '']) => {
      const known: Readonly<Record<string, Metric>> = metricCatalogue;
      const metric = known[name] ?? known[name.replace(/_(?:bucket|sum|count)$/, '')];
      if (metric === undefined) return [name];
      const used = [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
      return used
        .filter((label) => !metric.labels.includes(label) && !everywhere.includes(label))
        .map((label) => `${name}{${label}}`);
    },
  );
}

const promtool =
  spawnSync('promtool', ['--version']).error === undefined ? null : 'promtool is not installed';

function check(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).to.equal(0);
}

describe('ops: the alert rules', function () {
  this.timeout(60_000);

  it('ask for nothing that is not exported', () => {
    expect(rules.length).to.be.above(10);
    expect(rules.flatMap(({ expr }) => strange(expr))).to.deep.equal([]);
    // The check can fail.
    expect(strange('maglev_nothing > 0 and maglev_vpp_connected{state="up"} == 0')).to.deep.equal([
      'maglev_nothing',
      'maglev_vpp_connected{state}',
    ]);
  });

  it('each have a section of the runbook, and there is no other', () => {
    const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\w+)$/gm)].map(
      ([, name]) => name,
    );
    expect(sections).to.deep.equal(rules.map(({ alert }) => alert));
    for (const { alert, annotations, labels } of rules) {
      expect(annotations.runbook).to.equal(`runbook.md#${alert.toLowerCase()}`);
      expect(annotations.summary).to.contain('$labels.');
      expect(annotations.description).to.match(/\.$/);
      expect(labels.severity).to.be.oneOf(['page', 'ticket']);
    }
  });

  it('are each tried: quiet, firing, quiet again', () => {
    for (const { alert } of rules) {
      const looks = tests
        .flatMap((test) => test.promql_expr_test)
        .filter(({ expr }) => expr.includes(`"${alert}"`));
      const fires = looks.map(({ exp_samples = [] }) => exp_samples.length);
      expect(fires, alert).to.deep.equal([0, 1, 0]);
    }
  });

  testWherePermitted(promtool, 'are what promtool takes', () => check('check', 'rules', 'ops/alerts.yaml'));
  testWherePermitted(promtool, 'fire and recover as they are meant to', () =>
    check('test', 'rules', 'ops/alerts-test.yaml'),
  );
});

describe('ops: the dashboard', () => {
  it('shows nothing that is not exported', () => {
    expect(queries.length).to.be.above(20);
    expect(queries.flatMap(strange)).to.deep.equal([]);
    const variables = dashboard.templating.list.map(({ query }) => JSON.stringify(query));
    expect(variables.flatMap((text) => strange(text.replaceAll('\\"', '"')))).to.deep.equal([]);
  });

  it('can be imported anywhere, again and again', () => {
    expect(dashboard.uid).to.equal('vpp-maglev');
    expect(dashboard).to.not.have.property('id');
    for (const panel of dashboard.panels) expect(panel).to.not.have.property('id');
    expect(dashboard.templating.list.map(({ name }) => name)).to.deep.equal([
      'datasource',
      'job',
      'instance',
      'frontend',
    ]);
    const sources = file('grafana-dashboard.json').match(/"uid": "([^"]*)"/g);
    expect([...new Set(sources)].sort()).to.deep.equal([
      '"uid": "${' + 'datasource}"',
      '"uid": "vpp-maglev"',
    ]);
  });

  it('looks at rates over what the data source has, and only at what was chosen', () => {
    for (const expr of queries) {
      const ranges = [...expr.matchAll(/\[([^\]]+)\]/g)].map(([, range]) => range);
      expect(
        ranges.every((range) => range === '$__rate_interval'),
        expr,
      ).to.equal(true);
      expect(expr).to.contain('job=~"$job",instance=~"$instance"');
      expect(/_total\{/.test(expr), expr).to.equal(/\b(?:rate|increase)\([a-z_]+_total/.test(expr));
    }
  });
});
