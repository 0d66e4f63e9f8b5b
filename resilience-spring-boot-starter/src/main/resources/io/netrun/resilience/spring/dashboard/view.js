// From two snapshots to what a tile shows.

const CALLS = {
  circuitBreakers: ['totalSucceeded', 'totalFailed', 'totalIgnored', 'totalCancelled'],
  bulkheads: ['totalAccepted'], rateLimiters: ['totalAccepted'], fallbacks: ['totalRecovered', 'totalFailed', 'totalPassed'],
  retries: ['totalRetries'], hedges: ['totalHedged'], timeouts: [],
};
const FAILURES = ['totalFailed', 'totalExhausted', 'totalTimedOut'];
const REFUSALS = ['totalRejected'];
const DENIALS = ['totalDenied'];
const CALLS_ARE = {retries: 'Retries', hedges: 'Hedges', fallbacks: 'Outcomes'};

const sum = (values, keys) => keys.reduce((total, key) => total + (values[key] ?? 0), 0);
const has = (values, keys) => keys.some(key => key in values);
/** As people write it: PT1M2.345678S is 1m2.34s. */
const duration = text => text.slice(2).toLowerCase().replace(/(\.\d{1,2})\d*/, '$1');
const millis = number => number >= 1_000 ? `${(number / 1_000).toFixed(1)} s` : number >= 10 ? `${Math.round(number)} ms` : `${number.toFixed(1)} ms`;
const perSecond = number => `${number >= 10 ? Math.round(number) : Number(number.toFixed(1))}/s`;

/** Rows of a tile as [label, text], with its level: calm, watch or bad. */
export function view(section, now, before, seconds, serverTime, took) {
  const rate = keys => before && seconds > 0 ? Math.max(0, sum(now, keys) - sum(before, keys)) / seconds : 0;
  const failures = rate(FAILURES), refusals = rate(REFUSALS), denials = rate(DENIALS), rows = [];
  const calls = CALLS[section] ?? [];
  if (calls.length) rows.push([CALLS_ARE[section] ?? 'Calls', perSecond(rate(calls))]);
  if (has(now, FAILURES)) rows.push([section === 'timeouts' ? 'Timed out' : 'Failures', perSecond(failures)]);
  if (has(now, REFUSALS)) rows.push(['Refusals', perSecond(refusals)]);
  if (has(now, DENIALS)) rows.push(['Denied', perSecond(denials)]);
  if (took) rows.push(['Attempts take', `${took.mean === null ? '–' : millis(took.mean)}, longest ${millis(took.max)}`]);
  if ('maxConcurrent' in now) {
    rows.push(['Running', `${now.syncActive + now.asyncActive} of ${now.maxConcurrent}`]);
    rows.push(['Sync, async', `${now.syncActive}, ${now.asyncActive}`]);
    rows.push(['Waiting', `${now.syncQueued + now.asyncQueued} of ${now.maxQueue}`]);
  }
  if ('longestWait' in now) rows.push(['Longest wait', duration(now.longestWait)]);
  if ('available' in now) rows.push(['Permits left', `${now.available} of ${now.limit}`], ['Waiting', String(now.waiting)]);
  if ('abandoned' in now) rows.push(['Run on after their limit', String(now.abandoned)]);
  if ('failureCount' in now) rows.push(['Failures counted', String(now.failureCount)]);
  if ('totalOpened' in now) rows.push(['Opened so far', String(now.totalOpened)]);
  if (now.nextTrialTime) {
    const left = Math.ceil((Date.parse(now.nextTrialTime) - serverTime) / 1000);
    rows.push(['Next trial', left > 0 ? `in ${left} s` : 'with the next call']);
  }
  return {rows, rates: [rate(calls), failures, refusals], enabled: now.enabled !== false, ...state(now, failures, refusals, denials)};
}

/** The level with its word; the rank is how bad it is, 0 the worst. A denied retry or hedge is one call less, and none refused. */
function state(now, failures, refusals, denials) {
  const circuit = now.state?.replace('_', ' ');
  const waiting = (now.syncQueued ?? 0) + (now.asyncQueued ?? 0) + (now.waiting ?? 0);
  const also = word => circuit ? `${circuit}, ${word}` : word;
  if (now.enabled === false) return {level: 'watch', rank: 6, word: 'switched off'};
  if (circuit === 'open' || circuit === 'forced open') return {level: 'bad', rank: 0, word: circuit};
  if (refusals > 0) return {level: 'bad', rank: 1, word: also('refuses')};
  if (circuit && circuit !== 'closed') return {level: 'watch', rank: 2, word: circuit};
  if (failures > 0) return {level: 'watch', rank: 3, word: also('calls fail')};
  if (waiting > 0) return {level: 'watch', rank: 4, word: 'calls wait'};
  if (denials > 0) return {level: 'watch', rank: 5, word: 'denies'};
  return {level: 'calm', rank: 7, word: circuit ?? 'at ease'};
}
