const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/**
 * The version that a release asks for.
 * @param wanted a version, or which part of the present one to raise: `patch`, `minor` or `major`
 * @param released whether the present one was released; one that was not, such as the very first,
 *   may be asked for
 * @throws when it is neither, or not newer than the present one
 */
export function nextVersion(present: string, wanted: string, released: boolean): string {
  const numbers = parse(present);
  if (numbers === null) throw new Error(`The present version, ${present}, is not of the form 1.2.3.`);
  const [major, minor, patch] = numbers;
  switch (wanted) {
    case 'major':
      return `${major + 1}.0.0`;
    case 'minor':
      return `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1}`;
  }
  const asked = parse(wanted);
  if (asked === null) throw new Error(`“${wanted}” is no version. Write 1.2.3, patch, minor or major.`);
  const difference = compare(asked, numbers);
  if (difference < 0 || (difference === 0 && released))
    throw new Error(`${wanted} is not newer than ${present}.`);
  return wanted;
}

type Numbers = readonly [number, number, number];

function parse(version: string): Numbers | null {
  const match = VERSION.exec(version);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
