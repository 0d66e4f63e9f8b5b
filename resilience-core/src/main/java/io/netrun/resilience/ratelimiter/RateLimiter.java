package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.HttpFailure;
import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the number of calls that begin in a period: up to the burst at once after a quiet time, then at an even rate.
 * Further calls reserve a token and wait for it in order of arrival, up to {@code maxWait}, or are rejected with a
 * {@link RateLimitExceededException}. A sync caller waits on its thread, an asynchronous call without one. If a waiter
 * is interrupted or cancelled, the waiters behind it move up. In mode {@link PolicyMode#OBSERVE} all calls begin at
 * once, and those that would wait or be rejected are counted. Thread-safe and free of locks.
 */
public final class RateLimiter extends AbstractPolicy<RateLimiterConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                AsyncReservation.class,
                Pauses.class,
                RateLimiterPermit.class,
                ReadyCalls.class,
                Reservation.class,
                Reservation.State.class,
                ReservationQueue.class,
                SyncReservation.class,
                TokenBucket.class,
                TokenBucket.Outcome.class,
                WarmUp.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<RateLimiter, RateLimiterConfig> TYPE =
            new PolicyType<>("rate-limiter", RateLimiter.class, RateLimiterConfig.defaults(), RateLimiter::of);

    private static final Logger log = LoggerFactory.getLogger(RateLimiter.class);

    private static final VarHandle PAUSES = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "pauses", VarHandle.class, RateLimiter.class, Pauses.class);
    private static final VarHandle RARE_COUNTS = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "rareCounts", VarHandle.class, RateLimiter.class, RareCounts.class);

    private final ReservationQueue queue;

    /** How often a call without a wait looks again whether a token is available, while others change the bucket. */
    private static final int MOST_ROUNDS = 8;

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.DAYS.toNanos(365);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private volatile long longestWait;

    /** Whether a call with a number of tokens that is out of range has been logged, in mode observe. */
    private volatile boolean warned;

    /** The rate in force is not above this, in calls per period. */
    private volatile double limitedTo = Double.POSITIVE_INFINITY;

    /** When this was created, on the ticker, in nanoseconds. */
    private final long created;

    /** The part of the rate that is in force while the instance is new; null unless settings ask for it. */
    private @Nullable WarmUp warmUp;

    /** The times in which no call begins; null until there is the first one. */
    private volatile @Nullable Pauses pauses;

    /** The settings, with a lowered rate. */
    private volatile RateLimiterConfig inForce;

    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    /** Null until there is something to count. */
    private volatile @Nullable RareCounts rareCounts;

    @SuppressWarnings("this-escape") // the queue and the timer only keep the reference, until everything is set
    private RateLimiter(String name, RateLimiterConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.inForce = config;
        this.longestWait = Require.nanos(config.maxWait());
        this.created = ticker.nanoTime();
        if (!config.warmUp().isZero()) {
            this.inForce = lowered(config);
        }
        this.queue = new ReservationQueue(this, inForce);
        waits().register(queue);
        if (!config.warmUp().isZero()) {
            applyConfig(); // sets the timer
        }
    }

    /** Creates a rate limiter with the default settings. */
    public static RateLimiter of(String name) {
        return of(name, RateLimiterConfig.defaults());
    }

    /**
     * Creates a rate limiter.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.limit(100).period(Duration.ofMinutes(1))}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static RateLimiter of(String name, Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** Creates a rate limiter in real time. */
    public static RateLimiter of(String name, RateLimiterConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a rate limiter that measures time with a ticker. */
    public static RateLimiter of(String name, RateLimiterConfig config, Ticker ticker) {
        return new RateLimiter(name, config, ticker);
    }

    @Override
    public PolicyType<RateLimiter, RateLimiterConfig> type() {
        return TYPE;
    }

    @Override
    public boolean isInUse() {
        return queue.waiting() > 0 || queue.available(ticker().nanoTime()) < inForce.capacity();
    }

    @Override
    public RateLimiterMetrics metrics() {
        RateLimiterConfig config = config();
        RareCounts rare = rareCounts;
        Pauses present = pauses;
        return new RateLimiterMetrics(
                config.limit(),
                config.period(),
                inForce.callsPer(config.period()),
                queue.available(ticker().nanoTime()),
                queue.waiting(),
                accepted.sum(),
                rejected.sum(),
                rare == null ? 0 : rare.wouldWait.sum(),
                rare == null ? 0 : rare.wouldReject.sum(),
                queue.waitingTokens(),
                accepted.sum() + (rare == null ? 0 : rare.acceptedFurther.sum()),
                rejected.sum() + (rare == null ? 0 : rare.rejectedFurther.sum()),
                Duration.ofNanos(pauseNanos()),
                present == null ? 0 : present.total(),
                present == null ? 0 : present.totalWouldPause());
    }

    /**
     * Acquires a permit for a call that cannot be passed as a lambda, and waits for one as a call does. The call should
     * begin at once. The permit is used up by that: settling it changes nothing and may be omitted.
     *
     * @throws RateLimitExceededException if the token would come later than the call may wait
     * @throws io.netrun.resilience.CallInterruptedException if the thread is interrupted while it waits
     * @throws PolicyShutdownException if this is shut down, and the call would have to wait
     */
    public Permit acquirePermit() {
        return acquirePermit(1);
    }

    /**
     * Acquires a permit that takes several tokens, for a call that counts as that many, such as one with a batch. It
     * waits until all of them have come; calls that come later do not overtake it. Otherwise like
     * {@link #acquirePermit()}.
     *
     * @param permits number of tokens; 1 to the {@linkplain RateLimiterConfig#capacity() burst}, or 0 for a permit that
     *     takes none and does not wait
     * @throws IllegalArgumentException if the number is out of its range, and this is enabled
     */
    public Permit acquirePermit(int permits) {
        int tokens = inRange(permits);
        if (isEnabled()) {
            acquire(permits, ticker().nanoTime(), Deadline.current());
            onTokensTaken();
        }
        countAccepted(tokens);
        return permit();
    }

    /** The permit of a call that may begin; its failure is of interest only where there is something to learn. */
    private Permit permit() {
        return learns() ? new LearningPermit(this) : RateLimiterPermit.INSTANCE;
    }

    /**
     * Acquires a permit if a token is available and no call waits for it. Otherwise returns empty, which counts and is
     * published as a rejection. See {@link #acquirePermit()}.
     */
    public Optional<Permit> tryAcquirePermit() {
        return tryAcquirePermit(1);
    }

    /**
     * Acquires a permit that takes several tokens if all of them are available and no call waits. Otherwise like
     * {@link #tryAcquirePermit()}.
     *
     * @param permits see {@link #acquirePermit(int)}
     * @throws IllegalArgumentException if the number is out of its range, and this is enabled
     */
    public Optional<Permit> tryAcquirePermit(int permits) {
        int tokens = inRange(permits);
        if (isEnabled()
                && requireInRange(permits)
                && !tryAcquire(permits)
                && !tryObserve(ticker().nanoTime(), 0, permits)) {
            countRejected(permits);
            publishRejected(expected(Math.max(0, queue.waitOf(ticker().nanoTime(), permits))));
            return Optional.empty();
        }
        onTokensTaken();
        countAccepted(tokens);
        return Optional.of(permit());
    }

    /** Waiters whose tokens are due go first; after that, others may be available. */
    private boolean tryAcquire(int permits) {
        long now = ticker().nanoTime();
        if (queue.tryAcquire(now, permits)) {
            return true;
        }
        // Also if other settings have replaced the bucket, which can happen again meanwhile.
        for (int round = 0; round < MOST_ROUNDS; round++) {
            if (queue.waitOf(now, permits) > 0) {
                return false;
            }
            queue.drain();
            if (queue.tryAcquire(now, permits)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Acquires tokens for a call, and waits for them.
     *
     * @param now the time in nanoseconds
     */
    void acquire(int permits, long now, Deadline deadline) {
        if (requireInRange(permits) && !queue.tryAcquire(now, permits)) {
            await(now, deadline, permits);
        }
    }

    /**
     * Returns whether a call takes tokens. A number out of range fails the call; in mode observe, the call takes none
     * and counts as one that would be rejected.
     */
    boolean requireInRange(int permits) {
        if (permits == 1) {
            return true;
        }
        RareCounts counts = rareCounts(); // allocates, if at all, before tokens are taken
        int most = config().capacity();
        if (permits > 1 && permits <= most) {
            return true;
        }
        if (permits == 0) {
            return false;
        }
        String message = "RateLimiter '" + name() + "': permits is " + permits + ": must be between 0 and " + most
                + ", the burst; let the call take fewer, or raise the burst";
        if (!isObserving()) {
            throw new IllegalArgumentException(message);
        }
        counts.wouldReject.increment();
        publishWouldReject(Duration.ZERO);
        if (!warned) {
            warned = true;
            log.warn("{}. In mode enforce, the call would fail; further ones are not logged.", message);
        }
        return false;
    }

    /**
     * Returns the time until as many tokens are there as the burst in force, if no call takes any: zero if they are,
     * and longer while calls wait. Of use for answers that report the limit to callers.
     */
    public Duration timeUntilFull() {
        return Duration.ofNanos(queue.untilFull(ticker().nanoTime()));
    }

    /**
     * Lowers the rate in force below the configured one, until this is called again; {@link #config()} stays what it
     * is, and so does the lowering when settings change. The burst is lowered in proportion, to one call at least.
     * Waiters keep their order and get their tokens at the new rate. Without effect while this is disabled.
     *
     * <p>The time after which a rejected call should be tried again is that at the configured rate, or a period if that
     * is longer: a lowered rate may rise before its next token is due.
     *
     * @apiNote For authors of coordination across processes.
     * @param callsPerPeriod the number of calls per configured period, which may be a fraction; anything below a
     *     thousandth is a thousandth, {@link Double#POSITIVE_INFINITY} ends the lowering
     * @throws IllegalArgumentException if it is negative or not a number
     */
    public void limitTo(double callsPerPeriod) {
        if (!(callsPerPeriod >= 0)) {
            throw new InvalidSettingException(
                    "callsPerPeriod", "callsPerPeriod is " + callsPerPeriod + ": must be zero or more");
        }
        limitedTo = callsPerPeriod;
        applyConfig();
    }

    /**
     * Pauses this: until the time is over, no call begins. Waiting calls keep their order and go on afterwards; one
     * that would then wait longer than its {@code maxWait} is rejected when that time is over. A new call waits, or is
     * rejected at once if the pause is longer than it may wait. At the end of the pause one call may begin, and others
     * follow at the rate of the limit, without a burst.
     *
     * <p>A pause that ends before the present one changes nothing. In mode {@link PolicyMode#OBSERVE} it is counted and
     * published, and no call is paused. While this is disabled, calls pass, and the time goes on.
     *
     * @param time above zero; more than 365 days is 365 days
     * @throws IllegalArgumentException if it is zero or negative
     */
    public void pauseFor(Duration time) {
        long nanos = Math.min(LONGEST_PAUSE_NANOS, Require.nanos(Require.positive("time", time)));
        if (isObserving()) {
            pauses().observe(nanos);
        } else {
            pauses().begin(nanos);
        }
    }

    private Pauses pauses() {
        Pauses present = pauses;
        if (present != null) {
            return present;
        }
        Pauses first = new Pauses(ticker(), new PauseEvents());
        waits().register(first);
        present = (Pauses) PAUSES.compareAndExchange(this, null, first);
        if (present == null) {
            return first;
        }
        waits().unregister(first);
        return present;
    }

    private RareCounts rareCounts() {
        RareCounts present = rareCounts;
        if (present == null) {
            RareCounts first = new RareCounts();
            present = (RareCounts) RARE_COUNTS.compareAndExchange(this, null, first);
            return present == null ? first : present;
        }
        return present;
    }

    /** Ends a pause before its time. Waiting calls go on, at the rate of the limit. */
    public void resume() {
        Pauses present = pauses;
        if (present != null) {
            present.end();
        }
    }

    private boolean tryEndPause() {
        Pauses present = pauses;
        return present != null && present.tryEnd();
    }

    /** Returns the nanoseconds until the present pause ends; zero for none. */
    private long pauseNanos() {
        Pauses present = pauses;
        return present == null ? 0 : present.remaining();
    }

    /** Returns when the present pause ends, on the wall clock; empty if this is not paused. */
    public Optional<Instant> pausedUntil() {
        long nanos = pauseNanos();
        return nanos == 0 ? Optional.empty() : Optional.of(ticker().now().plusNanos(nanos));
    }

    /**
     * Pauses this if a failure of its dependency asks for it and the settings say so; see {@link Learning#RETRY_AFTER}.
     * The pause is no longer than {@link RateLimiterConfig#maxPause()}. Calls through this do so by themselves. Never
     * throws.
     *
     * @apiNote For integrators, whose calls end within a policy between this and the dependency.
     */
    public void learnFrom(Throwable failure) {
        if (learns()) {
            pauseFor(HttpFailure.pauseOf(failure, ticker().now()));
        }
    }

    /**
     * Pauses this if a response of its dependency asks for it and the settings say so. Otherwise like
     * {@link #learnFrom(Throwable)}.
     *
     * @apiNote For integrators.
     * @param status the HTTP status of the response
     * @param headers returns the first value of a header by its name, whatever its case; null for none
     */
    public void learnFrom(int status, Function<String, @Nullable String> headers) {
        if (learns() && (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE)) {
            Duration asked = null;
            try {
                asked = HttpFailure.retryAfter(status, headers, ticker().now());
            } catch (Throwable thrown) {
                SafeLog.error(log, "A rate limiter could not read the headers of a response", thrown);
            }
            pauseFor(Optional.ofNullable(asked));
        }
    }

    private boolean learns() {
        return inForce.learn() != Learning.NONE && isEnabled();
    }

    /** Pauses for the time that the dependency asks for, within the bound. Never throws. */
    private void pauseFor(Optional<Duration> asked) {
        if (asked.isEmpty() || asked.get().isNegative() || asked.get().isZero()) {
            return;
        }
        try {
            Duration longest = inForce.maxPause();
            pauseFor(asked.get().compareTo(longest) > 0 ? longest : asked.get());
        } catch (Throwable thrown) {
            SafeLog.error(log, "A rate limiter could not be paused", thrown);
        }
    }

    /** Follows an asynchronous call, if there is something to learn from its failure. */
    <T extends @Nullable Object> CompletableFuture<T> learning(CompletableFuture<T> call) {
        return learns() ? new LearningCall<T>(this).follow(call) : call;
    }

    /** Returns the present pause, which may be over; null if there is none. */
    Pauses.@Nullable Pause pause() {
        Pauses present = pauses;
        return present == null ? null : present.current();
    }

    /** Returns when the latest pause ended, on the ticker, if there was one. */
    long pauseEndedAt() {
        Pauses present = pauses;
        return present == null ? 0 : present.endedAt();
    }

    private void publishResumed() {
        if (events().wants(RateLimiterEvent.Resumed.class)) {
            events().publish(new RateLimiterEvent.Resumed(name(), ticker().now()));
        }
    }

    /** Registers a listener for rejected calls; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onRejected(Consumer<? super RateLimiterEvent.Rejected> listener) {
        return on(RateLimiterEvent.Rejected.class, listener);
    }

    @Override
    public Layer around(Layer next) {
        return new RateLimiterLayer(this, queue, next);
    }

    @Override
    public String toString() {
        return "RateLimiter '" + name() + "' (" + config().limit() + " calls per " + config().period() + ")";
    }

    /**
     * Waiting calls keep their order and get their tokens at the new rate. While the rate limiter is disabled or in
     * mode observe, all of them proceed.
     */
    @Override
    protected void onReconfigured() {
        Duration newFor = config().warmUp();
        if (!newFor.isZero()) {
            waits().register(warmUp());
        }
        if (warmUp != null) {
            warmUp.setTimer(newFor);
        }
        RateLimiterConfig config = lowered(config());
        inForce = config;
        longestWait = Require.nanos(config.maxWait());
        if (config.mode() == PolicyMode.OBSERVE && tryEndPause()) {
            Workers.executeReliably(this::publishResumed); // not under the lock
        }
        queue.drain();
        if (!queue.follows(config)) {
            SpinBackoff.awaitBriefly(() -> queue.follows(config)); // another thread is about to apply them
        }
    }

    /** In the constructor, or under the lock of {@link #onReconfigured}. */
    private WarmUp warmUp() {
        WarmUp present = warmUp;
        if (present == null) {
            present = new WarmUp(ticker(), created, this::applyConfig);
            warmUp = present;
        }
        return present;
    }

    /** Returns the settings with the lowered rate, while the instance is new a part of it. */
    private RateLimiterConfig lowered(RateLimiterConfig config) {
        double share = config.warmUp().isZero() ? 1 : warmUp().share(config.warmUp());
        return config.loweredTo(share < 1 ? Math.min(limitedTo, config.limit()) * share : limitedTo);
    }

    /**
     * Waits for a permit after none was available at once.
     *
     * @param now the time in nanoseconds
     */
    void await(long now, Deadline deadline, int permits) {
        if (tryObserve(now, deadline, permits)) {
            return;
        }
        long wait = requireSoonEnough(now, deadline, permits);
        new SyncReservation(this, inForce, deadline, now, permits).acquire(now, wait);
    }

    /**
     * Rejects a call that would have to wait too long, or whose timeout would fire first.
     *
     * @return how long the call may wait, in nanoseconds
     */
    long requireSoonEnough(long now, Deadline deadline, int permits) {
        long patience = patience(deadline);
        long wait = queue.waitOf(now, permits);
        if (wait > patience) {
            countRejected(permits);
            throw rejection(inForce, wait - patience);
        }
        return patience;
    }

    /**
     * Admits a call that found no token, and counts whether it would wait or be rejected. Returns false unless in mode
     * observe.
     */
    boolean tryObserve(long now, Deadline deadline, int permits) {
        return isObserving() && tryObserve(now, patience(deadline), permits);
    }

    private boolean tryObserve(long now, long patience, int permits) {
        if (!isObserving()) {
            return false;
        }
        RareCounts counts = rareCounts();
        long wait = queue.acquireAhead(now, patience, permits);
        if (wait > patience) {
            counts.wouldReject.increment();
            publishWouldReject(Duration.ofNanos(expected(wait - patience)));
        } else if (wait > 0) {
            counts.wouldWait.increment();
        }
        return true;
    }

    private void publishWouldReject(Duration retryAfter) {
        if (events().wants(RateLimiterEvent.WouldReject.class)) {
            events().publish(new RateLimiterEvent.WouldReject(name(), ticker().now(), retryAfter));
        }
    }

    private boolean isObserving() {
        return inForce.mode() == PolicyMode.OBSERVE;
    }

    /** Returns how long a call may wait, in nanoseconds. */
    private long patience(Deadline deadline) {
        return deadline == Deadline.NONE ? longestWait : Math.max(0, Math.min(longestWait, deadline.remainingNanos()));
    }

    /** Returns the settings, with a lowered rate. */
    RateLimiterConfig inForce() {
        return inForce;
    }

    ReservationQueue queue() {
        return queue;
    }

    /** Returns the sleeps that end when this is shut down. */
    PendingWaits pendingWaits() {
        return waits();
    }

    void countAccepted() {
        accepted.increment();
    }

    /**
     * Called on the caller's thread after a call has taken its tokens, or has begun to wait for them: an instance that
     * was evicted meanwhile must not be forgotten with them, because the next one would issue the same tokens again.
     */
    void onTokensTaken() {
        onChanged();
    }

    /** @param tokens {@linkplain #inRange in the range} that applied when the call began */
    void countAccepted(int tokens) {
        accepted.increment();
        if (tokens != 1) {
            rareCounts().acceptedFurther.add(tokens - 1L);
        }
    }

    /** Takes back {@link #countAccepted}, because the call was cancelled before it began. */
    void countNotAccepted(int tokens) {
        accepted.decrement();
        if (tokens != 1) {
            rareCounts().acceptedFurther.add(1L - tokens);
        }
    }

    void countRejected(int permits) {
        rejected.increment();
        if (permits != 1) {
            rareCounts().rejectedFurther.add(permits - 1L);
        }
    }

    /**
     * Returns how many tokens a call takes that begins now: one with a number out of range passes while this is
     * disabled or in mode observe.
     */
    int inRange(int permits) {
        return Math.max(0, Math.min(permits, config().capacity()));
    }

    /** Creates a rejection that has been counted, and calls the listeners. */
    RateLimitExceededException rejection(RateLimiterConfig config, long nanos) {
        long retryAfterNanos = expected(nanos);
        publishRejected(retryAfterNanos);
        return exceeded(config, retryAfterNanos);
    }

    /** Creates a rejection. */
    RateLimitExceededException exceeded(RateLimiterConfig config, long retryAfterNanos) {
        return new RateLimitExceededException(name(), config(), config, retryAfterNanos, pauseNanos() > 0);
    }

    /**
     * Returns a time at the rate in force, at most that at the configured rate or a period. What a pause takes of it
     * stays.
     */
    private long expected(long nanos) {
        long paused = Math.min(nanos, pauseNanos());
        return paused + expectedAtRate(nanos - paused);
    }

    private long expectedAtRate(long nanos) {
        RateLimiterConfig config = config();
        if (inForce.callsPer(config.period()) >= config.limit()) {
            return nanos;
        }
        double configured = (double) nanos / inForce.nanosPerCall() * config.nanosPerCall();
        return Math.min(nanos, Math.max((long) configured, Require.nanos(config.period())));
    }

    /** Returns what calls the listeners for a rejection; null if there are none. */
    @Nullable
    Runnable rejectedEvent(long retryAfterNanos) {
        return events().wants(RateLimiterEvent.Rejected.class) ? () -> publishRejected(retryAfterNanos) : null;
    }

    void publishRejected(long retryAfterNanos) {
        if (events().wants(RateLimiterEvent.Rejected.class)) {
            events().publish(new RateLimiterEvent.Rejected(name(), ticker().now(), Duration.ofNanos(retryAfterNanos)));
        }
    }

    /** Rejects a call whose token now comes later than it may wait, because the settings have changed. */
    RateLimitExceededException rejectExpired(RateLimiterConfig config, int permits) {
        countRejected(permits);
        return rejection(config, retryAfter(permits));
    }

    /** Creates a rejection, which the caller counts and publishes. */
    PolicyShutdownException rejectionByShutdown(RateLimiterConfig config) {
        return new PolicyShutdownException("RateLimiter", name(), "a permit", config.stackTraces());
    }

    /** Returns the nanoseconds after which a new call with that many tokens would be admitted. */
    long retryAfter(int permits) {
        return Math.max(0, queue.waitOf(ticker().nanoTime(), permits) - longestWait);
    }

    /** Moves the waiters with the pauses, and calls the listeners. */
    private final class PauseEvents implements Pauses.Listener {

        @Override
        public void onMoved() {
            queue.drainAndAwait();
        }

        @Override
        public void onPaused(Duration duration) {
            if (events().wants(RateLimiterEvent.Paused.class)) {
                events().publish(new RateLimiterEvent.Paused(name(), ticker().now(), duration));
            }
        }

        @Override
        public void onResumed() {
            publishResumed();
        }

        @Override
        public void onWouldPause(Duration duration) {
            if (events().wants(RateLimiterEvent.WouldPause.class)) {
                events().publish(new RateLimiterEvent.WouldPause(name(), ticker().now(), duration));
            }
        }
    }
}
