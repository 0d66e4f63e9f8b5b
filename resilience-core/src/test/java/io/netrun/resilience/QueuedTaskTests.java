package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task that an executor of the user has not begun when its call ends does not keep what the caller passed. */
@org.junit.jupiter.api.Timeout(60)
class QueuedTaskTests {

    private static final Duration MOMENT = Duration.ofMillis(10);

    private final List<Runnable> queued = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch anyQueued = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();

    private static Timeout timeout(Executor executor) {
        return Timeout.of(
                "t", c -> c.duration(MOMENT).thread(TimeoutThread.WORKER).executor(executor));
    }

    private static Hedge hedge(Executor executor) {
        return Hedge.of("h", c -> c.delay(MOMENT).executor(executor));
    }

    static Stream<Arguments> guards() {
        return Stream.of(
                guard("timeout", QueuedTaskTests::timeout),
                guard(
                        "timeout around a hedge",
                        executor ->
                                Pipeline.of(Timeout.of("t", c -> c.duration(MOMENT.multipliedBy(5))), hedge(executor))),
                guard(
                        "timeout in a timeout",
                        executor -> Pipeline.of(
                                Timeout.of("t", c -> c.duration(MOMENT).thread(TimeoutThread.CALLER)),
                                Timeout.of(
                                        "i", c -> c.thread(TimeoutThread.WORKER).executor(executor)))));
    }

    private static Arguments guard(String name, Function<Executor, Guard> guard) {
        return Arguments.of(guard, name);
    }

    /** What the caller passes, and nothing but the call refers to. */
    private WeakReference<Object> call(Guard guard) {
        Object passed = new Object();
        catchThrowable(() -> guard.call(() -> {
            begun.incrementAndGet();
            anyQueued.await(); // the other attempt has begun, and is the loser
            return passed.hashCode();
        }));
        return new WeakReference<>(passed);
    }

    private static void assertGone(WeakReference<?> passed) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            System.gc();
            return passed.get() == null;
        });
    }

    @ParameterizedTest
    @MethodSource("guards")
    void taskOfACallThatTimedOutShouldNotKeepItsBody(Function<Executor, Guard> guard, String name) {
        WeakReference<Object> passed = call(guard.apply(queued::add));
        assertThat(queued).isNotEmpty();
        assertGone(passed);
        queued.forEach(Runnable::run);
        assertThat(begun).hasValue(0);
        Reference.reachabilityFence(queued);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void taskOfAnAttemptThatHasLostShouldNotKeepItsBody(int kept) {
        AtomicInteger tasks = new AtomicInteger();
        WeakReference<Object> passed = call(hedge(task -> {
            if (tasks.getAndIncrement() == kept) {
                queued.add(task);
                anyQueued.countDown();
            } else {
                new Thread(task).start();
            }
        }));
        assertThat(queued).hasSize(1);
        assertGone(passed);
        queued.forEach(Runnable::run);
        assertThat(begun).hasValue(1);
        Reference.reachabilityFence(queued);
    }
}
