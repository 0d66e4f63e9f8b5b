package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mode observe: nothing waits and nothing is rejected. */
@Timeout(60)
class ObservingBulkheadTests {

    private final ManualTicker ticker = new ManualTicker();
    private final List<CompletableFuture<String>> bodies = new ArrayList<>();

    @Test
    void syncCallsBeyondTheLimitShouldRunAndBeCounted() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        RecordedEvents events = RecordedEvents.of(bulkhead);
        bulkhead.run(() -> bulkhead.run(() ->
                bulkhead.run(() -> assertThat(bulkhead.metrics().syncActive()).isEqualTo(3))));
        assertThat(bulkhead.metrics())
                .returns(0, BulkheadMetrics::syncActive)
                .returns(3L, BulkheadMetrics::totalAccepted)
                .returns(0L, BulkheadMetrics::totalRejected)
                .returns(1L, BulkheadMetrics::totalWouldWait)
                .returns(1L, BulkheadMetrics::totalWouldReject);
        assertThat(events.all()).containsExactly(new BulkheadEvent.WouldReject("test", ticker.now(), 2, 1));
    }

    @Test
    void asyncCallsBeyondTheLimitShouldRunAndBeCounted() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        List<CompletableFuture<String>> calls = List.of(begin(bulkhead), begin(bulkhead), begin(bulkhead));
        assertThat(bulkhead.metrics())
                .returns(3, BulkheadMetrics::asyncActive)
                .returns(0, BulkheadMetrics::asyncQueued)
                .returns(2L, BulkheadMetrics::totalWouldReject);
        bodies.forEach(body -> body.complete("done"));
        assertThat(calls).allSatisfy(call -> assertThat(call).isCompletedWithValue("done"));
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void cancelledCallShouldHoldItsPermitUntilItsBodyEnds() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        begin(bulkhead);
        begin(bulkhead).cancel(true);
        bodies.get(0).complete("done");
        bodies.get(1).complete("done");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void separatePoolsShouldBeObservedSeparately() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        begin(bulkhead);
        bulkhead.run(() -> {});
        assertThat(bulkhead.metrics().totalWouldReject()).isZero();
        bulkhead.reconfigure(c -> c.toBuilder().pools(BulkheadPools.SHARED).build());
        bulkhead.run(() -> begin(bulkhead));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void overloadShouldBeCountedAsIfCallsHadWaited() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(1));
        for (int i = 0; i < 6; i++) { // one call per second that takes three: at most three run at once
            if (i >= 3) {
                bodies.get(i - 3).complete("done");
            }
            begin(bulkhead);
            ticker.advance(Duration.ofSeconds(1));
        }
        // Enforced: 0 runs until 3, 1 waits until 3, 2 is rejected, 3 waits, 4 and 5 are rejected.
        assertThat(bulkhead.metrics().totalWouldWait()).isEqualTo(2);
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(3);
    }

    @Test
    void callThatWouldWaitTooLongShouldCountAsWouldReject() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxWait(Duration.ofSeconds(1)));
        RecordedEvents events = RecordedEvents.of(bulkhead);
        begin(bulkhead);
        begin(bulkhead);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(bulkhead.metrics().totalWouldReject()).isZero();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
        begin(bulkhead);
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
        awaitWouldReject(events, 1);
    }

    @Test
    void expiredWaitShouldBePublishedWhenItsCallEnds() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxWait(Duration.ofSeconds(1)));
        RecordedEvents events = RecordedEvents.of(bulkhead);
        begin(bulkhead);
        begin(bulkhead);
        ticker.advance(Duration.ofSeconds(2));
        bodies.get(1).complete("done");
        awaitWouldReject(events, 1);
        bodies.get(0).complete("done");
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void expiredWaitsShouldBePublishedWhenTheModeEnds(boolean disable) {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxWait(Duration.ofSeconds(1)));
        RecordedEvents events = RecordedEvents.of(bulkhead);
        begin(bulkhead);
        begin(bulkhead);
        bulkhead.run(() -> bulkhead.run(() -> ticker.advance(Duration.ofSeconds(2))));
        if (disable) {
            bulkhead.setEnabled(false);
        } else {
            bulkhead.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
        }
        awaitWouldReject(events, 2);
        bodies.forEach(body -> body.complete("done"));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(2);
    }

    private static void awaitWouldReject(RecordedEvents events, int count) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(events.of(BulkheadEvent.WouldReject.class)).hasSize(count));
    }

    @Test
    void permitShouldBeGivenAlthoughNoneIsFree() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1));
        Permit first = bulkhead.acquirePermit();
        Permit second = bulkhead.tryAcquirePermit().orElseThrow();
        Permit third = bulkhead.acquirePermit();
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1); // tryAcquirePermit does not wait
        assertThat(bulkhead.metrics().totalWouldWait()).isEqualTo(1);
        List.of(first, second, third).forEach(Permit::onSuccess);
        second.onSuccess();
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    @Test
    void enforcingShouldAdmitNoneUntilActiveIsBelowTheLimit() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(2));
        List<Permit> held = List.of(bulkhead.acquirePermit(), bulkhead.acquirePermit(), bulkhead.acquirePermit());
        CompletableFuture<String> waiting = new CompletableFuture<>();
        bulkhead.reconfigure(c -> c.toBuilder()
                .mode(PolicyMode.ENFORCE)
                .pools(BulkheadPools.SHARED)
                .build());
        CompletableFuture<String> call = bulkhead.callAsync(() -> waiting);
        assertThat(bulkhead.metrics().syncQueued()).isEqualTo(1);
        held.get(0).onSuccess();
        assertThat(bulkhead.metrics().syncQueued()).isEqualTo(1);
        held.get(1).onSuccess();
        assertThat(bulkhead.metrics().syncQueued()).isZero();
        waiting.complete("done");
        assertThat(call).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("done");
        assertThat(bulkhead.metrics().totalWouldReject()).isZero();
        assertThat(bulkhead.metrics().totalWouldWait()).isEqualTo(1);
    }

    @Test
    void observingShouldLetWaitingCallsProceed() throws Exception {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).mode(PolicyMode.ENFORCE));
        Permit held = bulkhead.acquirePermit();
        CompletableFuture<String> first = begin(bulkhead);
        CompletableFuture<String> second = begin(bulkhead);
        CountDownLatch began = new CountDownLatch(1);
        Thread sync = new Thread(() -> bulkhead.run(began::countDown));
        sync.start();
        while (bulkhead.metrics().syncQueued() == 0) {
            Thread.onSpinWait();
        }
        bulkhead.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
        began.await();
        sync.join();
        bodies.forEach(body -> body.complete("done"));
        assertThat(first).succeedsWithin(Duration.ofSeconds(30));
        while (!second.isDone()) {
            bodies.forEach(body -> body.complete("done"));
            Thread.onSpinWait();
        }
        held.onSuccess();
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    @Test
    void disabledBulkheadShouldObserveNothing() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        bulkhead.setEnabled(false);
        bulkhead.run(() -> bulkhead.run(() -> {}));
        assertThat(bulkhead.metrics().totalWouldReject()).isZero();
        bulkhead.setEnabled(true);
        bulkhead.run(() -> bulkhead.run(() -> {}));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void loweredLimitShouldBeTheOneThatIsObserved() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(3).maxQueue(0));
        bulkhead.limitTo(1);
        bulkhead.run(() -> bulkhead.run(() -> {}));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
        bulkhead.limitTo(Integer.MAX_VALUE);
        bulkhead.run(() -> bulkhead.run(() -> {}));
        assertThat(bulkhead.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void failingBodyShouldReleaseItsPermit() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        assertThatThrownBy(() -> bulkhead.run(() -> {
                    throw new IllegalStateException("failed");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(bulkhead.callAsync(() -> {
                    throw new IllegalStateException("failed");
                }))
                .isCompletedExceptionally();
        assertThat(bulkhead.metrics()).returns(0, BulkheadMetrics::syncActive).returns(0, BulkheadMetrics::asyncActive);
        bulkhead.run(() -> {});
        assertThat(bulkhead.metrics().totalWouldReject()).isZero();
    }

    private CompletableFuture<String> begin(Bulkhead bulkhead) {
        CompletableFuture<String> body = new CompletableFuture<>();
        bodies.add(body);
        return bulkhead.callAsync(() -> body);
    }

    private Bulkhead bulkhead(Consumer<BulkheadConfig.Builder> settings) {
        BulkheadConfig.Builder builder = BulkheadConfig.builder().mode(PolicyMode.OBSERVE);
        settings.accept(builder);
        return Bulkhead.of("test", builder.build(), ticker);
    }
}
