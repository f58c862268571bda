import { format, inspect } from 'node:util';
import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { parseAgentList } from '../../src/hub/agent-list.ts';

describe('agent list', () => {
  for (const [name, text, agents] of [
    ['one idCrm', 'f8cb549544', [['agent 1', 'f8cb549544']]],
    ['one with a label', 'Front desk = f8cb549544', [['Front desk', 'f8cb549544']]],
    [
      'commas',
      'a=aaaaaaaa,b=bbbbbbbb',
      [
        ['a', 'aaaaaaaa'],
        ['b', 'bbbbbbbb'],
      ],
    ],
    [
      'new lines of any kind',
      'a=aaaaaaaa\r\nb=bbbbbbbb\nc=cccccccc\rd=dddddddd',
      [
        ['a', 'aaaaaaaa'],
        ['b', 'bbbbbbbb'],
        ['c', 'cccccccc'],
        ['d', 'dddddddd'],
      ],
    ],
    [
      'a mixture, with empty entries and spaces',
      ' ,\n aaaaaaaa ,, b = bbbbbbbb \n\n',
      [
        ['agent 1', 'aaaaaaaa'],
        ['b', 'bbbbbbbb'],
      ],
    ],
    ['a label that could be an idCrm', 'abc12345=f8cb549544', [['abc12345', 'f8cb549544']]],
    ['a number as label', '0211234567=zz-9', [['0211234567', 'zz-9']]],
    ['labels of any script', 'Recepție 😀=aaaaaaaa', [['Recepție 😀', 'aaaaaaaa']]],
    ['signs in the idCrm', 'a-b_c.d:e/f+g$&', [['agent 1', 'a-b_c.d:e/f+g$&']]],
  ] as const) {
    it(`reads ${name}`, () => {
      expect(parseAgentList(text).map(({ label, idCrm }) => [label, idCrm])).to.deep.equal(agents);
    });
  }

  for (const [name, text, title, labels] of [
    ['its own label', 'Sales=aaaaaaaa', 'Front desk', ['Sales']],
    ["the credential's name", 'aaaaaaaa,', ' Front desk ', ['Front desk']],
    ['its place when there is no name', 'aaaaaaaa', ' ', ['agent 1']],
    ['the beginning of a very long name', 'aaaaaaaa', 'x'.repeat(101), ['x'.repeat(100)]],
    ['its place when there are several', 'aaaaaaaa, bbbbbbbb', 'Front desk', ['agent 1', 'agent 2']],
  ] as const) {
    it(`calls an agent by ${name}`, () => {
      expect(parseAgentList(text, title).map(({ label }) => label)).to.deep.equal(labels);
    });
  }

  for (const [name, character] of [
    ['zero-width space', '\u200B'],
    ['soft hyphen', '\u00AD'],
    ['byte order mark', '\uFEFF'],
    ['no-break space', '\u00A0'],
    ['left-to-right mark', '\u200E'],
    ['right-to-left override', '\u202E'],
    ['isolate', '\u2066'],
    ['word joiner', '\u2060'],
  ] as const) {
    it(`takes no notice of a ${name} around a label and an idCrm`, () => {
      const around = (text: string): string => `${character}${text}${character}`;
      const agents = parseAgentList(`${around('Sales')}=${around('f8cb549544')},${around('77aa0192bc')}`);
      expect(agents).to.deep.equal([
        { label: 'Sales', idCrm: 'f8cb549544' },
        { label: 'agent 2', idCrm: '77aa0192bc' },
      ]);
    });
  }

  it('takes no notice of invisible characters within an idCrm', () => {
    expect(parseAgentList('f8cb\u00AD5495\u200B44')).to.deep.equal([
      { label: 'agent 1', idCrm: 'f8cb549544' },
    ]);
  });

  it('gives agents that do not show their idCrm when they are logged', () => {
    const agents = parseAgentList('Sales=f8cb549544');
    expect([inspect(agents), JSON.stringify(agents), format('%o', agents)].join(' '))
      .to.contain('…544')
      .and.not.contain('f8cb549544');
  });

  it('says nothing of an idCrm that is wrong where another thing is', () => {
    expect(() => parseAgentList('a=aaaaaaaa, a=bbbbbbbb')).to.throw(/^((?!idCrm is not valid).)*$/);
  });

  const secret = 'f8cb549544';
  for (const [name, text, part] of [
    ['nothing', '', 'No idCrm'],
    ['only separators', ' ,\n, ', 'No idCrm'],
    ['no text', 7, 'must be text'],
    ['undefined', undefined, 'must be text'],
    ['an empty label', `=${secret}`, 'nothing before'],
    ['an empty idCrm', 'Front desk=', 'nothing after'],
    ['a space inside', `${secret} ${secret}`, 'Entry 1 of the idCrm list has a space inside'],
    ['lines that a field of one line joined', `a=${secret} b=x${secret}`, 'Separate agents by commas'],
    [
      'a semicolon as separator',
      `${secret};${secret}`,
      'Entry 1 of the idCrm list has a “;”. Separate agents by commas',
    ],
    ['a semicolon and a blank as separator', `${secret}; ${secret}`, 'Separate agents by commas'],
    [
      'a name and an idCrm without an equals sign',
      `Front desk ${secret}`,
      'Write an equals sign: label=idCrm',
    ],
    ['one letter', 'a', 'is shorter than 4'],
    ['an address', `https://pbx.example/${secret}`, 'is an address, not an idCrm'],
    ['an address with a label', `Front desk=wss://pbx.example/${secret}`, 'is an address'],
    ['a quote', `"${secret}"`, 'Entry 1'],
    ['two equals signs', `a=b=${secret}`, 'Entry 1'],
    ['a second entry that is wrong', `${secret}, ä${secret}`, 'Entry 2'],
    ['a very long idCrm', secret.repeat(20), 'longer than 128'],
    ['a very long label', `${'x'.repeat(101)}=${secret}`, 'over 100'],
    [
      'an idCrm before its label',
      `a=aaaaaaaa, ${secret}=Sales`,
      'Entry 2 of the idCrm list seems to be the wrong way round',
    ],
    ['idCrms before the same label', `${secret}=Sales, 77aa0192bc=Sales`, 'Entry 1'],
    ['the same idCrm twice', `a=${secret},b=${secret}`, '“a” and “b”'],
    ['the same label twice', `a=${secret},a=other${secret}`, 'called “a”'],
  ] as const) {
    it(`refuses ${name}, says which, and shows no idCrm`, () => {
      let error: unknown;
      try {
        parseAgentList(text);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.instanceOf(AccoladesError).with.property('code', 'INVALID_CREDENTIAL');
      expect(String(error)).to.contain(part).and.not.contain(secret);
    });
  }

  it('names the wrong entry of a long list by its label, or by its first letters', () => {
    const right = Array.from({ length: 300 }, (_, at) => `Agent ${at}=c0ffee00${at}`);
    const whatOf = (entry: string): string => {
      try {
        parseAgentList([...right, entry].join(', '));
      } catch (error) {
        if (error instanceof AccoladesError) return error.what ?? '';
      }
      return 'nothing is wrong';
    };
    expect(whatOf('Sales=f8cb 549544')).to.match(/^Entry 301 of the idCrm list \(“Sales”\) has a space/);
    expect(whatOf('f8cb "549544"')).to.match(/^Entry 301 of the idCrm list \(it begins with “f8c”\) has/);
    // A label that looks like an idCrm may be one.
    const swapped = whatOf('f8cb549544=Sales');
    expect(swapped).to.match(/^Entry 301 of the idCrm list \(it begins with “f8c”\) seems to be the wrong/);
    expect(swapped).not.to.include('f8cb549544');
    expect(whatOf(`${'A long name '.repeat(7)}=a;b`)).to.match(/\(“A long name [^”]{0,20}…”\) has a “;”/);
    expect(whatOf('a;b')).to.match(/^Entry 301 of the idCrm list has a “;”/);
  });
});
