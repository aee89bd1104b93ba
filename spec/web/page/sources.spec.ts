import { expect } from 'chai';
import { commands } from '../../../cli/commands.js';
import { grammarOf } from '../../../cli/grammar.js';
import { resolve } from '../../../cli/resolve.js';
import { metricCatalogue } from '../../../metrics/catalogue.js';
import { type SourceName, sources, sourceText } from '../../../web/ui/model/sources.js';

describe('the page: where its numbers can be had from otherwise', () => {
  const grammar = grammarOf(commands);
  const names = Object.keys(sources) as SourceName[];

  for (const name of names) {
    const { command, metric } = sources[name];
    it(`${name}: ${command}`, () => {
      const words = command.replace('<name>', 'shop').split(' ');
      expect(resolve(grammar, words).kind).to.equal('command');
      if (metric !== null) expect(metricCatalogue).to.have.property(metric);
    });
  }

  it('is a command that can be pasted', () => {
    expect(sourceText('weight', 'shop')).to.equal(
      'weight by the config, or by an operator\nmaglevc show frontend shop\nmetric maglev_frontend_pool_backend_weight',
    );
    expect(sourceText('weight', 'two words')).to.contain("maglevc show frontend 'two words'");
    expect(sourceText('debt', 'shop')).not.to.contain('metric');
  });
});
