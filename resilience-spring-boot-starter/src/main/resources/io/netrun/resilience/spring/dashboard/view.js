// From two snapshots to what a tile shows.

const FAILURES = ['totalFailed', 'totalExhausted', 'totalTimedOut'];
const REJECTIONS = ['totalRejected'];
const DENIALS = ['totalDenied'];
const OBSERVED = ['totalWouldReject', 'totalWouldTimeOut'];
const OBSERVED_WAITS = ['totalWouldWait'];

const sum = (values, keys) => keys.reduce((total, key) => total + (values[key] ?? 0), 0);
const has = (values, keys) => keys.some(key => key in values);
/** The readable form: PT1M2.345678S is 1m2.34s. */
const duration = text => text.slice(2).toLowerCase().replace(/(\.\d{1,2})\d*/, '$1');
/** The same with spaces before the units: PT1M2.3S is 1 m 2.3 s. */
export const spaced = text => duration(text).replace(/([a-z])(?=\d)/g, '$1 ').replace(/(\d)([a-z])/g, '$1 $2');
const millis = number => number >= 1_000 ? `${(number / 1_000).toFixed(1)} s` : number >= 10 ? `${Math.round(number)} ms` : `${number.toFixed(1)} ms`;
const perSecond = number => `${number >= 10 ? Math.round(number) : Number(number.toFixed(1))}/s`;

/** Rows of a tile as [label, text], with its level: healthy, observing, warning or rejecting. */
export function view({callsLabel, callCounts}, now, before, seconds, serverTime, took) {
  const rate = keys => before && seconds > 0 ? Math.max(0, sum(now, keys) - sum(before, keys)) / seconds : 0;
  const failures = rate(FAILURES), rejections = rate(REJECTIONS), denials = rate(DENIALS), rows = [];
  if (callCounts.length) rows.push([callsLabel, perSecond(rate(callCounts))]);
  if (has(now, FAILURES)) rows.push(['totalTimedOut' in now ? 'Timed out' : 'Failures', perSecond(failures)]);
  if (has(now, REJECTIONS)) rows.push(['Rejections', perSecond(rejections)]);
  if (has(now, DENIALS)) rows.push(['Denied', perSecond(denials)]);
  if (now.mode === 'observe') {
    rows.push(['totalWouldTimeOut' in now ? 'Would time out' : 'Would reject', perSecond(rate(OBSERVED))]);
    if (has(now, OBSERVED_WAITS)) rows.push(['Would wait', perSecond(rate(OBSERVED_WAITS))]);
  }
  if (took) rows.push(['Attempts take', `${took.mean === null ? '–' : millis(took.mean)}, longest ${millis(took.max)}`]);
  if ('maxConcurrent' in now) {
    rows.push(['Running', `${now.syncActive + now.asyncActive} of ${now.maxConcurrent}`]);
    rows.push(['Sync, async', `${now.syncActive}, ${now.asyncActive}`]);
    rows.push(['Waiting', `${now.syncQueued + now.asyncQueued} of ${now.maxQueue}`]);
  }
  if ('longestWait' in now) rows.push(['Longest wait', duration(now.longestWait)]);
  if ('available' in now) rows.push(['Permits left', `${now.available} of ${now.limit}`], ['Waiting', String(now.waiting)]);
  if ('abandoned' in now) rows.push(['Running after timeout', String(now.abandoned)]);
  if ('failureCount' in now) rows.push(['Failures counted', String(now.failureCount)]);
  if ('totalOpened' in now) rows.push(['Opened so far', String(now.totalOpened)]);
  if (now.nextTrialTime) {
    const left = Math.ceil((Date.parse(now.nextTrialTime) - serverTime) / 1000);
    rows.push(['Next trial', left > 0 ? `in ${left} s` : 'with the next call']);
  }
  return {rows, rates: [rate(callCounts), failures, rejections], enabled: now.enabled !== false, ...state(now, failures, rejections, denials)};
}

/** The level and its text; rank 0 is the worst. A denied retry or hedge rejects no call. */
function state(now, failures, rejections, denials) {
  const circuit = now.state?.replace('-', ' ');
  const waiting = (now.syncQueued ?? 0) + (now.asyncQueued ?? 0) + (now.waiting ?? 0);
  const also = word => circuit ? `${circuit}, ${word}` : word;
  if (now.enabled === false) return {level: 'warning', rank: 6, word: 'switched off'};
  const observing = now.mode === 'observe';
  if (circuit === 'forced open' || (circuit === 'open' && !observing)) return {level: 'rejecting', rank: 0, word: circuit};
  if (rejections > 0) return {level: 'rejecting', rank: 1, word: also('rejecting')};
  if (observing && rejections === 0) return {level: 'observing', rank: 7, word: also('observing')};
  if (circuit && circuit !== 'closed') return {level: 'warning', rank: 2, word: circuit};
  if (failures > 0) return {level: 'warning', rank: 3, word: also('calls failing')};
  if (waiting > 0) return {level: 'warning', rank: 4, word: 'calls waiting'};
  if (denials > 0) return {level: 'warning', rank: 5, word: 'denying'};
  return {level: 'healthy', rank: 8, word: circuit ?? 'healthy'};
}
