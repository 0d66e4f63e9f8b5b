package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.retry.Retry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * A caller that gives its worker up leaves a moment later, so that a call that heeds the interrupt holds nothing then.
 */
@org.junit.jupiter.api.Timeout(60)
class LingeringCallerTests {

    private final LimitFixture limits = new LimitFixture();
    private final Timeout timeout = limits.timeout(TimeoutThread.WORKER);
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));

    LingeringCallerTests() {
        timeout.linger(TimeUnit.SECONDS.toNanos(30));
    }

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    @RepeatedTest(10)
    void fallbackShouldFindThePermitOfACallThatHeedsTheInterrupt() {
        AtomicReference<Object> result = new AtomicReference<>();
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(
                        TimeoutExceededException.class,
                        failure -> bulkhead.<String, RuntimeException>call(() -> "instead")));
        Throwable thrown = limits.exceed(
                () -> result.set(Pipeline.of(fallback, timeout, bulkhead).call(() -> {
                    limits.hang();
                    return "late";
                })));
        assertThat(thrown).isNull();
        assertThat(result).hasValue("instead");
    }

    @RepeatedTest(10)
    void attemptShouldFindThePermitOfTheOneBeforeItFree() {
        AtomicInteger attempts = new AtomicInteger();
        AtomicReference<String> result = new AtomicReference<>();
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(2));
        Throwable thrown = limits.exceed(() ->
                result.set(Pipeline.of(retry, timeout, bulkhead).call(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        limits.hang();
                    }
                    return "second";
                })));
        assertThat(thrown).isNull();
        assertThat(result).hasValue("second");
    }

    @RepeatedTest(10)
    void interruptedCallerShouldFindThePermitFreeAndItsFlagSet() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicInteger active = new AtomicInteger(-1);
        AtomicBoolean flag = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            thrown.set(catchThrowable(() -> Pipeline.of(timeout, bulkhead).run(limits::hang)));
            active.set(bulkhead.metrics().syncActive());
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        await().until(() -> limits.running.getCount() == 0);
        caller.interrupt();
        caller.join(20_000);
        assertThat(thrown.get()).isInstanceOf(CallInterruptedException.class);
        assertThat(active).hasValue(0);
        assertThat(flag).isTrue();
    }

    @Test
    void callerShouldKeepAnInterruptThatComesWhileItLingers() throws Exception {
        AtomicBoolean flag = new AtomicBoolean();
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            thrown.set(catchThrowable(() -> timeout.run(() -> {
                try {
                    limits.hang();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
                limits.hangDeaf();
            })));
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        await().until(() -> limits.running.getCount() == 0);
        limits.ticker.advance(LimitFixture.LIMIT);
        await().until(interrupted::get);
        caller.interrupt();
        limits.release.countDown();
        caller.join(20_000);
        assertThat(thrown.get()).isInstanceOf(TimeoutExceededException.class);
        assertThat(flag).isTrue();
    }

    @Test
    void callerOfACallThatIgnoresTheInterruptShouldLeaveAllTheSame() {
        timeout.linger(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(limits.exceed(() -> timeout.run(limits::hangDeaf))).isInstanceOf(TimeoutExceededException.class);
        assertThat(limits.release.getCount()).isEqualTo(1);
    }

    @Test
    void callerThatDoesNotInterruptShouldNotLinger() {
        Timeout quiet = limits.timeout(TimeoutThread.WORKER, false);
        quiet.linger(TimeUnit.DAYS.toNanos(1));
        assertThat(limits.exceed(() -> quiet.run(limits::hangDeaf))).isInstanceOf(TimeoutExceededException.class);
    }

    @Test
    void callWhenItsThreadCannotBeAskedForShouldStayOnIt() {
        Timeout unsure = Timeout.of(
                "t",
                c -> c.requiresCallerThread(() -> {
                    throw new IllegalStateException("cannot say");
                }));
        assertThat(unsure.<Thread, RuntimeException>call(Thread::currentThread)).isSameAs(Thread.currentThread());
    }
}
