import { describe, expect, it } from 'vitest';
import { type BrowserUser, browserUser } from '../support/browser-user.ts';
import { answerAll, demoQuestions, isAsked } from '../support/demo-questions.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

const { before } = demoQuestions['team-premium'];

/** What stands on the screen after the last time that something was chosen in the menu. */
const afterChoice = (session: Session, choice: string) => session.screen().split(choice).at(-1) ?? '';

/** Goes through the wizard, and opens both publisher pages in the browser. */
async function setUp(session: Session, browser: BrowserUser): Promise<void> {
  await answerAll(session, before);
  for (const [at, index] of ['PyPI', 'TestPyPI'].entries()) {
    await isAsked(session, `Registered on ${index}?`);
    session.press(keys.enter);
    await session.shows(new RegExp(`Register the Trusted Publisher on ${index}[\\s\\S]*● Done`));
    await expect.poll(browser.opened, { timeout: 60_000 }).toHaveLength(at + 1);
    session.press(keys.enter);
  }
  await session.shows(/What now\?[\s\S]*● (?:Rehearse a release|Merge the merge request)/);
}

describe('the rehearsed release of the demo', () => {
  it('is approved by somebody else, arrives on PyPI through the registered publishers, and makes every check pass', async () => {
    const browser = browserUser({ registers: true });
    const session = startInTerminal(['demo'], browser.env, { cols: 120 });
    await setUp(session, browser);
    session.press(keys.enter);
    await session.shows(/release: 0\.1\.1 is on PyPI[\s\S]*● Run all checks/);
    const release = afterChoice(session, 'Rehearse a release');
    expect(session.screen()).toMatch(
      /@alice pushes main[\s\S]*release-test: 0\.1\.1\.dev2 is on TestPyPI[\s\S]*@alice pushes the tag v0\.1\.1[\s\S]*@bob approves release[\s\S]*release: 0\.1\.1 is on PyPI/,
    );
    expect(release).not.toContain('✖');
    session.press(keys.enter);
    await session.shows(/● Run the wizard again/);
    expect(session.screen()).toMatch(/11 (?:of 11 )?(?:hold|pass)/);
    expect(browser.opened()).toHaveLength(2);
    for (const url of browser.opened()) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/manage\//);
    expect(session.screen()).not.toMatch(/127\.0\.0\.1|localhost/);
    session.press(keys.ctrlC);
    await session.ended;
  });

  it('begins with the merge of what was set up by merge request, and can be waited for to the proof', async () => {
    const browser = browserUser({ registers: true });
    const args = ['demo', '--deliver', 'merge-request'];
    const session = startInTerminal(
      args,
      { ...browser.env, GITLAB_TO_PYPI_POLL: '0.1' },
      { cols: 80, rows: 24 },
    );
    await setUp(session, browser);
    expect(session.screen()).toMatch(/Have the merge request !1 reviewed and merged[\s\S]*merge_requests\/1/);
    session.press(keys.enter);
    await session.shows(/@bob merges !1 into main[\s\S]*● Rehearse a release and wait for it/);
    expect(session.screen()).toMatch(/0\.1\.1\.dev\d+ is on TestPyPI/);
    session.press(keys.enter);
    await session.shows(
      /Published 0\.1\.1 to PyPI[\s\S]*\/project\/demo-pkg\/0\.1\.1\/[\s\S]*● Run all checks/,
    );
    const waited = afterChoice(session, '@alice pushes the tag');
    expect(waited).not.toMatch(/✖|Still to do/);
    // The address of the pipeline can be copied.
    expect(waited).toMatch(/^ {2}https:\/\/gitlab\.com\/demo-group\/demo-pkg\/-\/pipelines\/\d+$/m);
    session.press(keys.enter);
    await session.shows(/11 of 11 pass[\s\S]*● Run the wizard again/);
    session.press(keys.ctrlC);
    await session.ended;
  });

  it('fails as a real one would where no publisher is registered, says where to register, and check says why', async () => {
    const browser = browserUser({ registers: false });
    const session = startInTerminal(['demo'], browser.env, { cols: 120 });
    await setUp(session, browser);
    session.press(keys.enter);
    await session.shows(/Register the Trusted Publisher on TestPyPI and PyPI, then release again/);
    expect(session.screen().replace(/\s+/g, ' ')).toMatch(
      /release: PyPI says "valid token, but no corresponding publisher \(Publisher with matching claims was not found\)"/,
    );
    expect(session.screen()).not.toContain('is on PyPI');
    await session.shows(/● Rehearse a release/);
    session.press(keys.down.repeat(2) + keys.enter);
    await session.shows(/● Run the wizard again/);
    expect(session.screen().replace(/\s+/g, ' ')).toMatch(
      /'release' failed to publish v0\.1\.1 to PyPI on [\d-]+: PyPI has no Trusted Publisher with the values/,
    );
    session.press(keys.ctrlC);
    await session.ended;
  });

  it.each(['solo', 'team-free', 'self-managed'] as const)(
    'as %s succeeds with Enter all the way, with a publisher or with the API tokens of the variables',
    async (world) => {
      const session = startInTerminal(['demo', '--as', world], {}, { cols: 120 });
      const { before, after } = demoQuestions[world];
      await answerAll(session, [...before, ...after, 'What now?']);
      await session.shows(/release: 0\.1\.1 is on PyPI[\s\S]*● Run all checks/);
      expect(session.screen()).toMatch(/release-test: 0\.1\.1\.dev2 is on TestPyPI/);
      expect(session.screen()).not.toContain('approves');
      session.press(keys.ctrlC);
      await session.ended;
    },
  );
});
