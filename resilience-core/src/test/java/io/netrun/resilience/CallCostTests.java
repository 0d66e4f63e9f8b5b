package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a call costs that can be counted rather than timed: bytes allocated, and frames on the stack between caller and
 * body. Bytes are counted in whatever the JVM makes of the code, interpreted or compiled, so nothing here rests on an
 * optimisation.
 */
class CallCostTests {

    private static final int CALLS = 1_000;
    private static final int ROUNDS = 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Object RESULT = new Object();
    private static final CompletableFuture<Object> ENDED = CompletableFuture.completedFuture(RESULT);

    static Stream<Guard> guardsThatCreateNothing() {
        return Stream.of(
                Pipeline.of(),
                Retry.of("plain"),
                CircuitBreaker.of("count"),
                CircuitBreaker.of("window", c -> c.detection(Detection.COUNT_WINDOW)),
                withListener(CircuitBreaker.of("listened")),
                rampingUp(CircuitBreaker.of(
                        "ramping",
                        c -> c.rampUpDuration(Duration.ofDays(365))
                                .rampUpInitialRate(100)
                                .successThreshold(1))),
                Bulkhead.of("free"),
                RateLimiter.of("tokens", c -> c.limit(1_000_000)),
                Fallback.of("unused", c -> c.value(RESULT)),
                Pipeline.of(Retry.of("retry"), CircuitBreaker.of("breaker"), Bulkhead.of("bulkhead")));
    }

    /** It has listeners, but none for successful calls. */
    private static Guard withListener(CircuitBreaker breaker) {
        breaker.onStateChange((from, to) -> {});
        return breaker;
    }

    private static Guard rampingUp(CircuitBreaker breaker) {
        breaker.halfOpen();
        breaker.run(() -> {});
        return breaker;
    }

    @ParameterizedTest
    @MethodSource("guardsThatCreateNothing")
    void callWhenItSucceedsAtOnceShouldAllocateNothing(Guard guard) {
        CheckedSupplier<Object, RuntimeException> body = () -> RESULT;

        assertThat(leastBytes(() -> guard.call(body))).isZero();
    }

    @ParameterizedTest
    @MethodSource("guardsThatCreateNothing")
    void callAsyncWhenTheFutureIsDoneShouldAllocateNothing(Guard guard) {
        CheckedSupplier<CompletableFuture<Object>, RuntimeException> body = () -> ENDED;

        assertThat(leastBytes(() -> guard.callAsync(body))).isZero();
    }

    /** The scope of the call, its timer, and the decision between its end and its limit. */
    @Test
    void limitOnTheCallersThreadShouldAllocateLittle() {
        Guard guard = Timeout.of("caller", c -> c.thread(TimeoutThread.CALLER));
        CheckedSupplier<Object, RuntimeException> body = () -> RESULT;

        assertThat(leastBytes(() -> guard.call(body)) / CALLS).isLessThanOrEqualTo(168);
    }

    static Stream<Guard> guardsOfAsyncCalls() {
        return Stream.of(
                Timeout.of("timeout"),
                Bulkhead.of("bulkhead"),
                Retry.of("retry", c -> c.exceptions(IllegalArgumentException.class)),
                CircuitBreaker.of("breaker", c -> c.failureThreshold(1_000_000)),
                Fallback.of("unused", c -> c.handle(IllegalArgumentException.class, e -> RESULT)),
                Hedge.of("hedge"));
    }

    /**
     * A stage that passes a failure on makes an exception of it, with a stack trace that grows with the caller's stack.
     */
    @ParameterizedTest
    @MethodSource("guardsOfAsyncCalls")
    void callAsyncThatFailsShouldCostTheSameOnADeepStack(Guard guard) {
        IllegalStateException failure = new IllegalStateException("down");
        Runnable call = () -> {
            CompletableFuture<Object> own = new CompletableFuture<>();
            CompletableFuture<Object> future = guard.callAsync(() -> own);
            own.completeExceptionally(failure);
            if (!future.isCompletedExceptionally()) {
                throw new AssertionError(future);
            }
        };
        long shallow = leastBytes(call);
        long deep = leastBytesAt(200, call);
        assertThat(deep - shallow).isLessThan(100L * CALLS);
    }

    private static final RuntimeException DOWN = new RuntimeException("down", null, false, false) {};

    private static final CircuitBreaker TOLERANT =
            CircuitBreaker.of("tolerant", c -> c.failureThreshold(Integer.MAX_VALUE));

    static Stream<Arguments> guardsOfFailingCalls() {
        Retry once = Retry.of("once", c -> c.maxAttempts(1));
        Retry notThis = Retry.of("not-this", c -> c.ignoreExceptions(RuntimeException.class));
        Timeout timeout = Timeout.of("timeout");
        Bulkhead bulkhead = Bulkhead.of("bulkhead");
        return Stream.of(
                Arguments.of(TOLERANT, 450),
                Arguments.of(timeout, 450),
                Arguments.of(bulkhead, 450),
                Arguments.of(Hedge.of("hedge"), 450),
                Arguments.of(Fallback.of("fallback", c -> c.value(RESULT)), 450),
                Arguments.of(once, 450),
                Arguments.of(notThis, 450),
                Arguments.of(Pipeline.of(timeout, once, TOLERANT, bulkhead), 1_000),
                Arguments.of(Pipeline.of(timeout, notThis, TOLERANT, bulkhead), 1_000),
                Arguments.of(Pipeline.of(timeout, bulkhead, notThis, TOLERANT), 1_000),
                Arguments.of(Pipeline.of(timeout, bulkhead, once, TOLERANT), 1_000));
    }

    /** The failure has no stack trace and exists already: to make one is the caller's matter. */
    @ParameterizedTest
    @MethodSource("guardsOfFailingCalls")
    void callAsyncThatFailsShouldAllocateLittle(Guard guard, long bytes) {
        assertThat(leastBytes(failing(guard)) / CALLS).isLessThanOrEqualTo(bytes);
    }

    /** Every four policies in the order in which they are applied by default. */
    static Stream<List<Policy>> fourPolicies() {
        return fourOf(Retry.of("not-this", c -> c.ignoreExceptions(RuntimeException.class)));
    }

    /** The same with a retry that gives up, so that the call fails with an exception that the retry makes. */
    static Stream<List<Policy>> fourPoliciesThatGiveUp() {
        return fourOf(Retry.of("once", c -> c.maxAttempts(1)));
    }

    private static Stream<List<Policy>> fourOf(Retry retry) {
        List<Policy> all = List.of(
                Fallback.of("fallback", c -> c.value(RESULT)),
                Timeout.of("timeout"),
                Bulkhead.of("bulkhead"),
                RateLimiter.of("limiter", c -> c.limit(1_000_000)),
                retry,
                Hedge.of("hedge"),
                TOLERANT);
        return IntStream.range(0, 1 << all.size())
                .filter(chosen -> Integer.bitCount(chosen) == 4)
                .mapToObj(chosen -> IntStream.range(0, all.size())
                        .filter(i -> (chosen & 1 << i) != 0)
                        .mapToObj(all::get)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource({"fourPolicies", "fourPoliciesThatGiveUp"})
    void callAsyncThatFailsInFourPoliciesShouldAllocateLittle(List<Policy> policies) {
        Runnable call = failing(Pipeline.of(policies));

        assertThat(leastBytes(call) / CALLS).isBetween(200L, 1_000L);
    }

    @ParameterizedTest
    @MethodSource({"fourPolicies", "fourPoliciesThatGiveUp"})
    void callAsyncThatFailsAtOnceShouldAllocateLittle(List<Policy> policies) {
        Runnable call = failingAtOnce(Pipeline.of(policies));
        long shallow = leastBytes(call);
        long deep = leastBytesAt(200, call);

        assertThat(shallow / CALLS).isLessThanOrEqualTo(1_000L);
        assertThat(deep - shallow).isLessThan(100L * CALLS);
    }

    private static Runnable failingAtOnce(Guard guard) {
        return () -> {
            CompletableFuture<Object> future = guard.callAsync(() -> CompletableFuture.failedFuture(DOWN));
            if (!future.isCompletedExceptionally() && future.getNow(null) != RESULT) {
                throw new AssertionError(future);
            }
        };
    }

    /** With a retry that gives up, whose exception policies around it look through. */
    @Test
    void callAsyncThatFailsInAnyOrderShouldAllocateLittle() {
        List<Policy> policies = List.of(
                Fallback.of("fallback", c -> c.value(RESULT)),
                Timeout.of("timeout"),
                Bulkhead.of("bulkhead"),
                Retry.of("once", c -> c.maxAttempts(1)),
                Hedge.of("hedge"),
                TOLERANT);

        assertThat(ordersOf(policies, 4))
                .hasSize(360)
                .allSatisfy(order -> assertThat(leastBytes(failing(Pipeline.of(order)), 25, 4) / 25)
                        .isBetween(200L, 1_000L));
    }

    private static List<List<Policy>> ordersOf(List<Policy> policies, int length) {
        if (length == 0) {
            return List.of(List.of());
        }
        return policies.stream()
                .flatMap(first -> ordersOf(without(policies, first), length - 1).stream()
                        .map(others ->
                                Stream.concat(Stream.of(first), others.stream()).toList()))
                .toList();
    }

    private static List<Policy> without(List<Policy> policies, Policy policy) {
        return policies.stream().filter(each -> each != policy).toList();
    }

    /** Beyond what making it costs: nothing is done with its stack trace, and none is made for anything around it. */
    @ParameterizedTest
    @MethodSource("fourPolicies")
    void callAsyncThatFailsShouldCostTheSameForAFailureMadeForIt(List<Policy> policies) {
        Guard guard = Pipeline.of(policies);
        Supplier<Throwable> maker = () -> new IllegalArgumentException("down");
        Throwable[] made = new Throwable[1];

        long making = leastBytes(() -> made[0] = maker.get());
        Throwable before = made[0];

        assertThat(leastBytes(failing(guard, maker)) - making)
                .isLessThan(leastBytes(failing(guard, () -> before)) + 50L * CALLS);
    }

    private static Runnable failing(Guard guard) {
        return failing(guard, () -> DOWN);
    }

    private static Runnable failing(Guard guard, Supplier<? extends Throwable> failure) {
        return () -> {
            Throwable down = failure.get();
            CompletableFuture<Object> own = new CompletableFuture<>();
            guard.callAsync(() -> own);
            own.completeExceptionally(down);
        };
    }

    private static long leastBytesAt(int depth, Runnable call) {
        return depth == 0 ? leastBytes(call) : leastBytesAt(depth - 1, call);
    }

    @ParameterizedTest
    @MethodSource("guardsThatCreateNothing")
    void decoratedCallsThatSucceedAtOnceShouldAllocateNothing(Guard guard) {
        Supplier<Object> supplier = guard.decorate(() -> RESULT);
        Callable<Object> callable = guard.decorateCallable(() -> RESULT);
        Runnable runnable = guard.decorateRunnable(() -> {});
        Supplier<CompletableFuture<Object>> async = guard.decorateAsync(() -> ENDED);

        assertThat(leastBytes(supplier::get)).isZero();
        assertThat(leastBytes(() -> quietly(callable))).isZero();
        assertThat(leastBytes(runnable)).isZero();
        assertThat(leastBytes(async::get)).isZero();
    }

    /** A failed check against an interface takes several nanoseconds, and every asynchronous call makes this one. */
    @Test
    void typeThatEveryBodyIsCheckedForShouldBeAClass() {
        assertThat(AdaptedCall.class.isInterface()).isFalse();
    }

    private static void quietly(Callable<Object> callable) {
        try {
            callable.call();
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    static Stream<Arguments> guardsWithFrames() {
        Timeout timeout = Timeout.of("timeout", c -> c.thread(TimeoutThread.CALLER));
        Retry retry = Retry.of("retry");
        CircuitBreaker breaker = CircuitBreaker.of("breaker");
        Bulkhead bulkhead = Bulkhead.of("bulkhead");
        return Stream.of(
                Arguments.of(Pipeline.of(), 2),
                Arguments.of(breaker, 3),
                Arguments.of(Pipeline.of(retry, breaker, bulkhead), 5),
                Arguments.of(Pipeline.of(timeout, bulkhead, retry, breaker), 7));
    }

    /** The guard's own method, one for every policy (a timeout has two), and the one that calls the body. */
    @ParameterizedTest
    @MethodSource("guardsWithFrames")
    void callShouldHaveAFrameForEveryPolicyAndTwoMore(Guard guard, int frames) {
        assertThat(guard.<Long, RuntimeException>call(CallCostTests::framesOfTheLibrary))
                .isEqualTo(frames);
    }

    private static long framesOfTheLibrary() {
        return StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                        .filter(name -> name.startsWith("io.netrun.resilience."))
                        .filter(name -> !name.startsWith(CallCostTests.class.getName()))
                        .count());
    }

    /**
     * What calls allocate in the round that allocates least: others include what the JVM does once, as loading classes.
     */
    private static long leastBytes(Runnable call) {
        return leastBytes(call, CALLS, ROUNDS);
    }

    private static long leastBytes(Runnable call, int calls, int rounds) {
        return LongStream.generate(() -> bytes(call, calls)).limit(rounds).min().orElseThrow();
    }

    private static long bytes(Runnable call, int calls) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
