import type { User } from './realm.ts';

const ASSETS = '/realms/concord/assets';

const LOGO = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 4c6 0 6 6 16 6M2 10h16M2 16c6 0 6-6 16-6"/></svg>';

interface SignInPage {
  readonly users: readonly User[];
  /** Where the form goes: the path of the sign-in that waits. */
  readonly action: string;
  readonly login: string;
  readonly wrong: boolean;
  /** The code that the person's device would show now, when a second factor is asked for: in a demo nobody has the device. */
  readonly code: string | undefined;
}

/** The sign-in: one form, and who the demo's people are. A name in the list fills the form in without a script. */
export function signInPage({ users, action, login, wrong, code }: SignInPage): string {
  const alert = wrong
    ? `<p class="line" role="alert">${code === undefined ? 'User name and password do not match.' : 'User name, password and code do not match.'}</p>`
    : '';
  const password = users[0]?.password ?? '';
  return page(
    'Sign in',
    `<main class="gate">
<div><p class="mark">${LOGO}Concord</p>
<h1>Who is getting worse, how sure are we, and why.</h1>
<p class="lead">Reports, images and vitals of one patient on one time axis, with a calibrated score that can be followed back to the sentence, the region and the minutes it came from.</p>
<div class="terms"><p><b>Research software, not a medical device.</b> It supports a decision; it makes none.</p><p>What you open is recorded, with the reason you may open it.</p></div>
<table class="users"><caption class="vh">Demo sign-ins</caption><thead><tr><th scope="col">Demo user</th><th scope="col">Who that is</th></tr></thead><tbody>
${users.map((user) => userRow(user, action)).join('\n')}
</tbody></table></div>
<form method="post" action="${escape(action)}" aria-labelledby="h-in"><h2 id="h-in">Sign in</h2>
${alert}<div><label for="u">User name</label><input id="u" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escape(login)}"></div>
<div><label for="p">Password</label><input id="p" name="password" type="password" autocomplete="current-password" required autofocus aria-describedby="hint"><p id="hint" class="small three hint">Demo: the password of everyone is <code>${escape(password)}</code></p></div>
${code === undefined ? '' : codeField(login, code)}<button class="btn-main" type="submit">Sign in</button>
<p class="small two">Signed out by itself after 15 minutes without use. What was on the screen is cleared.</p></form>
</main>`,
  );
}

function codeField(login: string, code: string): string {
  return `<div><label for="c">Code of your device</label><input id="c" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" required aria-describedby="code-hint"><p id="code-hint" class="small three hint">Demo: the code of ${escape(login)} is now <code id="code">${code}</code></p></div>
`;
}

function userRow(user: User, action: string): string {
  const link = `${action}?login=${encodeURIComponent(user.login)}`;
  return `<tr><th scope="row"><a href="${escape(link)}">${escape(user.login)}</a></th><td class="two">${escape(user.name)}</td></tr>`;
}

/** The end of a session. With `form`, the browser confirms it by itself; without scripts a button does. */
export function signedOutPage(form: string): string {
  const confirm =
    form === ''
      ? '<h1>You are signed out.</h1><p class="lead"><a href="/">Sign in again</a></p>'
      : `<h1>Signing out</h1><p class="lead">Your session ends on this computer.</p>${form.replace('</form>', '<button class="btn-main" type="submit" name="logout" value="yes">Sign out</button></form>')}<script src="${ASSETS}/submit.js" defer></script>`;
  return page('Signed out', `<main class="gate one"><div><p class="mark">${LOGO}Concord</p>${confirm}</div></main>`);
}

export function errorPage(code: string): string {
  const body = `<h1>The sign-in did not work.</h1><p class="lead">It took too long, or the page was opened from an old link (${escape(code)}).</p><p class="lead"><a href="/">Begin again</a></p>`;
  return page('Sign in', `<main class="gate one"><div><p class="mark">${LOGO}Concord</p>${body}</div></main>`);
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Concord</title><link rel="stylesheet" href="${ASSETS}/style.css"></head>
<body>${main}
<footer class="foot"><b>Research software, not a medical device.</b><span>Demo: assembled and synthetic patients, no real person</span></footer>
</body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
