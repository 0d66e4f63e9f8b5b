package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Permits for calls that cannot be put into a lambda. */
@org.junit.jupiter.api.Timeout(60)
class BulkheadPermitTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Bulkhead bulkhead = Bulkhead.of(
            "b",
            BulkheadConfig.builder()
                    .maxConcurrent(1)
                    .maxQueue(1)
                    .maxWait(Duration.ofSeconds(2))
                    .build(),
            ticker);

    static Stream<Consumer<Permit>> ends() {
        return Stream.of(
                Permit::onSuccess, permit -> permit.onFailure(new IOException()), Permit::onIgnored, Permit::close);
    }

    @ParameterizedTest
    @MethodSource("ends")
    void permitShouldBeReleasedOnceHoweverOftenItIsSettled(Consumer<Permit> end) {
        Permit permit = bulkhead.acquirePermit();
        assertThat(bulkhead.metrics().syncActive()).isEqualTo(1);
        end.accept(permit);
        Permit other = bulkhead.acquirePermit();
        end.accept(permit);
        permit.close();
        assertThat(bulkhead.metrics().syncActive()).isEqualTo(1);
        other.close();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
    }

    @Test
    void permitMayBeReleasedByAnotherThread() throws InterruptedException {
        Permit permit = bulkhead.acquirePermit();
        Thread other = new Thread(permit::onSuccess);
        other.start();
        other.join();
        assertThat(bulkhead.tryAcquirePermit()).isPresent();
    }

    @Test
    void permitInATryShouldNotLeak() {
        assertThatThrownBy(() -> {
                    try (Permit permit = bulkhead.acquirePermit()) {
                        assertThat(permit).isNotNull();
                        throw new IOException("broken");
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(bulkhead.isInUse()).isFalse();
    }

    @Test
    void tryAcquireShouldNeitherWaitNorOvertake() {
        Permit permit = bulkhead.tryAcquirePermit().orElseThrow();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        CompletableFuture<Permit> waiting = waiting();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        permit.close();
        Permit handedOn = waiting.join();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        handedOn.close();
        assertThat(bulkhead.tryAcquirePermit()).isPresent();
    }

    @Test
    void tryAcquireShouldBeEmptyForARejectedCallAndCountIt() {
        AtomicInteger announced = new AtomicInteger();
        bulkhead.onRejected(event -> announced.incrementAndGet());
        Permit permit = bulkhead.tryAcquirePermit().orElseThrow();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        assertThat(bulkhead.metrics().totalRejected()).isEqualTo(1);
        await().until(() -> announced.get() == 1);
        permit.close();
        assertThat(bulkhead.tryAcquirePermit()).isPresent();
        assertThat(bulkhead.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void acquireWithAFullQueueShouldBeRejected() {
        bulkhead.acquirePermit();
        CompletableFuture<Permit> waiting = waiting();
        assertThatThrownBy(bulkhead::acquirePermit).isInstanceOf(BulkheadFullException.class);
        assertThat(bulkhead.metrics().totalRejected()).isEqualTo(1);
        assertThat(waiting).isNotDone();
    }

    @Test
    void acquireThatWaitsTooLongShouldBeRejected() {
        bulkhead.acquirePermit();
        CompletableFuture<Permit> waiting = waiting();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(catchThrowable(waiting::join)).hasCauseInstanceOf(BulkheadFullException.class);
        assertThat(bulkhead.metrics().syncQueued()).isZero();
    }

    @Test
    void acquireThatIsInterruptedShouldLeaveTheQueue() throws InterruptedException {
        Permit held = bulkhead.acquirePermit();
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread waiter = new Thread(() -> thrown.set(catchThrowable(bulkhead::acquirePermit)));
        waiter.start();
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        waiter.interrupt();
        waiter.join();
        assertThat(thrown.get()).isInstanceOf(CallInterruptedException.class);
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        held.close();
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    @Test
    void acquireShouldEndWithTheBulkhead() {
        Permit held = bulkhead.acquirePermit();
        CompletableFuture<Permit> waiting = waiting();
        bulkhead.shutdown();
        assertThat(catchThrowable(waiting::join)).hasCauseInstanceOf(PolicyShutdownException.class);
        held.close();
        assertThat(bulkhead.isInUse()).isFalse();
    }

    /** What the code of a call acquires is given up with the call. */
    @Test
    void acquireWithinACallThatTimesOutShouldLeaveTheQueue() throws InterruptedException {
        Permit held = bulkhead.acquirePermit();
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(Duration.ofSeconds(1))
                        .interrupt(false)
                        .build(),
                ticker);
        CountDownLatch left = new CountDownLatch(1);
        CompletableFuture<Permit> call = CompletableFuture.supplyAsync(() -> timeout.call(() -> {
            try {
                return bulkhead.acquirePermit();
            } finally {
                left.countDown();
            }
        }));
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        held.close();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(1);
    }

    @Test
    void permitsAndCallsShouldShareTheLimit() {
        List<Permit> permits = List.of(bulkhead.acquirePermit());
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> bulkhead.call(() -> "made"));
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        permits.forEach(Permit::close);
        assertThat(call.join()).isEqualTo("made");
    }

    private CompletableFuture<Permit> waiting() {
        CompletableFuture<Permit> acquired = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                acquired.complete(bulkhead.acquirePermit());
            } catch (Throwable thrown) {
                acquired.completeExceptionally(thrown);
            }
        });
        waiter.setDaemon(true);
        waiter.start();
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        return acquired;
    }
}
