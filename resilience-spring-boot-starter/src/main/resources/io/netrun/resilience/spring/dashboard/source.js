// The JSON endpoint: its address, requests to it, and the allowed operations.

const content = name => document.querySelector(`meta[name="${name}"]`)?.content;
const root = new URL(content('resilience-json'), document.baseURI);

export const writable = content('resilience-writable') === 'true';
/** Whether requests name their user, so that the page need not ask. */
export const hasPrincipal = content('resilience-principal') === 'true';
export const patterns = [...document.querySelectorAll('meta[name="resilience-pattern"]')].map(meta => {
  const [key, section, ...actions] = meta.content.trim().split(' ');
  return {key, section, actions};
});

const TIMEOUT = 10_000;

async function ask(url, options = {}) {
  const response = await fetch(url, {...options, headers: {Accept: 'application/json', ...options.headers}, signal: AbortSignal.timeout(TIMEOUT)});
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(body.error ? `${body.error}. ${body.remedy ?? ''}` : `the answer was ${response.status}`), {error: body.error, problems: body.problems ?? [], status: response.status});
  return {body, headers: response.headers, serverTime: Date.parse(response.headers.get('Date') ?? '') || Date.now()};
}

/** The age of the fleet's view, in seconds, comes with a header: it is another one each time, and the rest may be the same. */
export async function overview() {
  const {body, headers, serverTime} = await ask(`${root}/overview`), age = headers.get('Resilience-Fleet-View-Age');
  if (body.head?.fleet && age !== null) body.head.fleet.viewAge = Number(age);
  return {body, serverTime};
}
export const nameOf = async name => (await ask(`${root}/overview/${encodeURIComponent(name)}`)).body;
export const act = (key, name, change) => ask(`${root}/${key}/${encodeURIComponent(name)}`, {
  method: 'POST', headers: {'Content-Type': 'application/json', ...csrf()}, body: JSON.stringify(change),
});

/** Throws the mistakes in some settings; nothing changes. */
export const check = (key, name, settings) => act(key, name, {action: 'check', settings});

/** Spring Security's token, from the cookie that scripts may read. */
function csrf() {
  const cookie = document.cookie.split('; ').find(each => each.startsWith('XSRF-TOKEN='));
  return cookie ? {'X-XSRF-TOKEN': decodeURIComponent(cookie.slice('XSRF-TOKEN='.length))} : {};
}
