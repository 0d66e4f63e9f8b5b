package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Permit;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent.StateChanged;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** The thread that asks the store, and what the instances of the node do with its answers and without them. */
@Timeout(120)
class FleetNodeTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(9);

    private final ManualTicker ticker = new ManualTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);
    private final ScriptedStore store = new ScriptedStore(report -> ScriptedStore.granting(report, 7, 4));
    private final List<FleetCommand> commands = new CopyOnWriteArrayList<>();
    private final BlockingQueue<FleetEvent> events = new LinkedBlockingQueue<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Set<Thread> formerThreads = fleetThreads().collect(Collectors.toSet());
    private FleetNode node = node(FleetConfig.defaults());
    private Bulkhead bulkhead = Bulkhead.of("unused");

    @BeforeEach
    void createBulkhead() {
        bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "database",
                BulkheadConfig.builder()
                        .maxConcurrent(200)
                        .scope(LimitScope.FLEET)
                        .build());
    }

    @AfterEach
    void stop() {
        released.countDown();
        node.stop();
    }

    @Test
    void startShouldReturnWithTheFirstGrantInForce() throws Exception {
        FleetStatus status = node.start();
        assertThat(status.leased()).isTrue();
        assertThat(limit()).isEqualTo(7);
        NodeReport first = store.next();
        assertThat(first.number()).isEqualTo(1);
        assertThat(first.node()).startsWith("host-");
        assertThat(first.limits()).containsExactly(new LimitReport("bulkhead", "database", 200, 0, 1, 200, 0));
    }

    @Test
    void reportShouldFollowAnInterval() throws Exception {
        node.start();
        store.next();
        store.answer(report -> ScriptedStore.granting(report, 9, 4));
        bulkhead.acquirePermit();
        NodeReport second = nextReport();
        assertThat(second.limits().get(0).has()).isEqualTo(7);
        assertThat(second.limits().get(0).inUse()).isEqualTo(1);
        awaitLimit(9);
    }

    @ParameterizedTest
    @CsvSource({"SAFE_SHARE, 50", "KEEP, 7", "LOCAL, 200"})
    void limitWhenTheLeaseIsOverShouldBeTheConfiguredOne(WhenAway whenAway, int expected) throws Exception {
        node = node(new FleetConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 1, whenAway));
        node.start();
        store.next();
        store.answer(report -> ScriptedStore.hang(released));
        nextReport();
        ticker.advance(LEASE);
        awaitLimit(expected);
        assertThat(event())
                .isInstanceOfSatisfying(
                        FleetEvent.Degraded.class,
                        degraded -> assertThat(degraded.cause())
                                .isEqualTo("The store has not answered the last report. Check the connection to the"
                                        + " store"));
        assertThat(node.status().failures()).isEqualTo(1);
        assertThat(node.status().lastFailure()).startsWith("The store has not answered the last report");
        store.answer(report -> ScriptedStore.granting(report, 7, 4));
        released.countDown();
        nextReport();
        assertThat(node.status().failures()).as("one for each exchange").isEqualTo(1);
    }

    @Test
    void safeShareShouldBeOneAtLeastAndHeedTheExpectedNodes() {
        node = node(new FleetConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 1_000, WhenAway.SAFE_SHARE));
        store.answer(report -> {
            throw new IOException("away");
        });
        node.start();
        assertThat(limit()).isEqualTo(1);
        assertThat(node.status().lastFailure())
                .isEqualTo("java.io.IOException: away. Check the connection to the store");
    }

    @Test
    void answerAfterALeaseShouldRestoreTheGrantAndPublishIt() throws Exception {
        node.start();
        store.next();
        store.answer(report -> {
            throw new IOException("Connection reset");
        });
        nextReport();
        awaitFailures(1);
        ticker.advance(LEASE);
        assertThat(event())
                .isInstanceOfSatisfying(
                        FleetEvent.Degraded.class,
                        degraded -> assertThat(degraded.cause())
                                .isEqualTo("java.io.IOException: Connection reset. Check the connection to the store"));
        awaitLimit(50);
        store.answer(report -> ScriptedStore.granting(report, 8, 4));
        advanceUntilLimit(8);
        assertThat(event()).isInstanceOf(FleetEvent.Restored.class);
    }

    @Test
    void viewOfAnotherReportShouldBeDropped() throws Exception {
        node.start();
        store.next();
        store.answer(report -> new FleetView(
                report.number() - 1,
                1,
                List.of(),
                ScriptedStore.granting(report, 100, 4).limits(),
                List.of(),
                List.of(),
                CommandMark.NONE,
                false));
        nextReport();
        awaitFailures(1);
        assertThat(limit()).isEqualTo(7);
        assertThat(node.status().lastFailure()).contains("is for report");
    }

    /** Lets the store grant 100 once the latch is counted down. */
    private CountDownLatch lateAnswer() {
        CountDownLatch answer = new CountDownLatch(1);
        store.answer(report -> {
            answer.await();
            return ScriptedStore.granting(report, 100, 4);
        });
        return answer;
    }

    @Test
    void viewThatComesAfterItsLeaseShouldBeDropped() throws Exception {
        node.start();
        store.next();
        CountDownLatch answer = lateAnswer();
        nextReport();
        ticker.advance(LEASE);
        awaitLimit(50);
        answer.countDown();
        awaitFailures(1);
        assertThat(limit()).isEqualTo(50);
    }

    @Test
    void leaseShouldCountFromTheSendingOfItsReport() throws Exception {
        node.start();
        store.next();
        CountDownLatch answer = lateAnswer();
        nextReport();
        ticker.advance(Duration.ofSeconds(5));
        store.answer(report -> ScriptedStore.hang(released));
        answer.countDown();
        awaitLimit(100);
        ticker.advance(Duration.ofMillis(3_999));
        assertThat(limit()).isEqualTo(100);
        ticker.advance(Duration.ofMillis(1));
        awaitLimit(50);
    }

    @Test
    void threadShouldSurviveEveryThrowable() throws Exception {
        node.start();
        store.next();
        for (Throwable thrown : List.of(new OutOfMemoryError(), new StackOverflowError(), new IOException())) {
            store.answer(report -> sneaky(thrown));
            nextReport();
        }
        store.answer(report -> ScriptedStore.granting(report, 11, 4));
        advanceUntilLimit(11);
    }

    @Test
    void stopShouldReportThatTheNodeLeavesAndKeepTheLimitsLow() throws Exception {
        node.start();
        store.next();
        node.stop();
        NodeReport leaving = store.next();
        assertThat(leaving.leaving()).isTrue();
        assertThat(leaving.number()).isEqualTo(2);
        assertThat(limit()).isEqualTo(7);
        assertThat(node.status()).isEqualTo(FleetStatus.STOPPED);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"120, 50", "7, 7", "0, 50"})
    void limitOfAStoppedNodeShouldBeAnEvenPartAtMost(int granted, int expected) {
        store.answer(report -> ScriptedStore.granting(report, granted, 4));
        node.start();
        node.stop();
        assertThat(limit()).isEqualTo(expected);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(limit()).isEqualTo(expected);
    }

    @Test
    void stopWhileTheStoreHangsShouldReturnWithLowLimits() throws Exception {
        node.start();
        store.next();
        store.answer(report -> ScriptedStore.hang(released));
        nextReport();
        node.stop();
        assertThat(limit()).isEqualTo(7);
        released.countDown();
        ticker.advance(Duration.ofMinutes(1));
        assertThat(limit()).isEqualTo(7);
    }

    @Test
    void callsThatGoOnShouldBeReportedAsTheyEnd() throws Exception {
        node.start();
        store.next();
        Permit first = bulkhead.acquirePermit();
        Permit second = bulkhead.acquirePermit();
        node.stop();
        assertLeaving(store.next(), 2);
        first.onSuccess();
        assertLeaving(nextReport(), 1);
        second.onSuccess();
        assertLeaving(nextReport(), 0);
        awaitNoThread();
        assertThat(store.poll()).isNull();
    }

    @Test
    void callsThatGoOnForLongShouldBeReportedForALease() throws Exception {
        node.start();
        store.next();
        bulkhead.acquirePermit();
        long stoppedAt = ticker.nanoTime();
        node.stop();
        for (int i = 0; i < 5; i++) {
            assertLeaving(nextReport(), 1);
        }
        await().atMost(SOON).until(() -> {
            ticker.advance(Duration.ofMillis(200));
            return threads() == 0;
        });
        assertThat(Duration.ofNanos(ticker.nanoTime() - stoppedAt)).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void restartedNodeShouldCountTheCallsThatGoOn() throws Exception {
        node.start();
        String former = store.next().node();
        bulkhead.acquirePermit();
        node.stop();
        assertLeaving(store.next(), 1);
        node.start();
        NodeReport started = store.next();
        assertThat(started.limits().get(0).inUse()).isEqualTo(1);
        NodeReport last = nextReport();
        while (!last.leaving() || last.limits().get(0).inUse() > 0) {
            last = nextReport();
        }
        assertThat(last.node()).isEqualTo(former);
        assertThat(limit()).isEqualTo(7);
    }

    @Test
    void instanceThatIsNotSharedAnyMoreShouldBeLiftedByARestart() {
        node.start();
        node.stop();
        bulkhead.reconfigure(c -> c.toBuilder().scope(LimitScope.NODE).build());
        assertThat(limit()).isEqualTo(7);
        node.start();
        assertThat(limit()).isEqualTo(200);
    }

    private static void assertLeaving(NodeReport report, long inUse) {
        assertThat(report.leaving()).isTrue();
        assertThat(report.limits().get(0).inUse()).isEqualTo(inUse);
    }

    /** Without those of other tests of this JVM. */
    private long threads() {
        return fleetThreads().filter(thread -> !formerThreads.contains(thread)).count();
    }

    private static Stream<Thread> fleetThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("resilience-fleet"));
    }

    private void awaitNoThread() {
        await().atMost(SOON).until(() -> threads() == 0);
    }

    @Test
    void startShouldAdmitTheLeastUntilTheFirstAnswer() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.answer(report -> {
            answer.await();
            return ScriptedStore.granting(report, 60, 4);
        });
        RateLimiter limiter = registry.getOrCreate(
                RateLimiter.TYPE,
                "geocoder",
                RateLimiterConfig.builder().limit(100).scope(LimitScope.FLEET).build());
        Thread starting = new Thread(node::start);
        starting.start();
        assertThat(store.next().limits()).extracting(LimitReport::has).containsExactly(200L, 100_000_000L);
        assertThat(limit()).isEqualTo(1);
        assertThat(limiter.metrics().inForce()).isEqualTo(1);
        answer.countDown();
        starting.join();
        assertThat(limit()).isEqualTo(60);
    }

    @Test
    void leastShouldEndWithTheLeaseOfAStoreThatHangs() throws Exception {
        node = node(new FleetConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 2, WhenAway.KEEP));
        store.answer(report -> ScriptedStore.hang(released));
        node.start();
        assertThat(limit()).isEqualTo(1);
        ticker.advance(LEASE);
        awaitLimit(100);
        assertThat(event()).isInstanceOf(FleetEvent.Degraded.class);
    }

    @Test
    void viewOfASlowStoreShouldBeNoFailureAfterAll() throws Exception {
        node.start();
        store.next();
        nextReport(); // may follow the first at once; the next one does not follow this one before 800 ms are over
        CountDownLatch answer = lateAnswer();
        nextReport();
        ticker.advance(LEASE.minusMillis(400)); // the former lease is over, and that of this report is not
        assertThat(event()).isInstanceOf(FleetEvent.Degraded.class);
        assertThat(node.status().failures()).isEqualTo(1);
        answer.countDown();
        awaitLimit(100);
        assertThat(event()).isInstanceOf(FleetEvent.Restored.class);
        assertThat(node.status().failures()).isZero();
    }

    @Test
    void storeThatReturnsNullShouldBeNamedAsTheCause() {
        store.answer(report -> null);
        node.start();
        assertThat(node.status().lastFailure())
                .isEqualTo("The store has returned null instead of a view. A FleetStore returns a view, or throws");
        assertThat(node.status().failures()).isEqualTo(1);
    }

    @Test
    void restartedNodeShouldBeAnotherOne() throws Exception {
        node.start();
        NodeReport first = store.next();
        node.stop();
        store.next();
        node.start();
        NodeReport second = store.next();
        assertThat(second.number()).isEqualTo(1);
        assertThat(second.node()).isNotEqualTo(first.node());
        assertThat(limit()).isEqualTo(7);
    }

    @Test
    void commandThatWasNotSentShouldBeSentAfterARestart() throws Exception {
        store.answer(report -> {
            throw new IOException("away");
        });
        node.start();
        store.next();
        node.send(command("force-open", 0));
        node.stop();
        while (store.poll() != null) {
            // what the former start has reported
        }
        store.answer(report -> ScriptedStore.granting(report, 7, 4));
        node.start();
        assertThat(store.next().commands()).isEmpty(); // the node does not know the fleet's time yet
        assertThat(nextReport().commands()).singleElement().returns("force-open", FleetCommand::action);
        assertThat(nextReport().commands()).isEmpty();
    }

    @Test
    void commandThatWasSentBeforeARestartShouldNotBeSentAgain() throws Exception {
        node.start();
        store.next();
        node.send(command("force-open", 0));
        assertThat(store.next().commands()).hasSize(1);
        node.stop();
        while (store.poll() != null) {
            // the report of the stop
        }
        node.start();
        assertThat(store.next().commands()).isEmpty();
    }

    @Test
    void startAndStopShouldDoNothingTheSecondTime() throws Exception {
        node.stop();
        node.start();
        node.start();
        store.next();
        assertThat(store.poll()).isNull();
        node.stop();
        node.stop();
        assertThatThrownBy(() -> node.send(command("reset", 0))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void instancesShouldTakePartAsTheyComeAndGo() throws Exception {
        node.start();
        store.next();
        RateLimiter limiter = registry.getOrCreate(
                RateLimiter.TYPE,
                "geocoder",
                RateLimiterConfig.builder().limit(100).scope(LimitScope.FLEET).build());
        store.answer(report -> ScriptedStore.granting(report, 3_000_000, 4));
        assertThat(nextReport().limits()).extracting(LimitReport::name).containsExactly("database", "geocoder");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(limiter.metrics().inForce()).isEqualTo(3));
        limiter.reconfigure(c -> c.toBuilder().scope(LimitScope.NODE).build());
        registry.remove(bulkhead);
        assertThat(nextReport().limits()).isEmpty();
        assertThat(limiter.metrics().inForce()).isEqualTo(100);
        assertThat(limit()).isEqualTo(200);
    }

    @Test
    void addedInstanceShouldHaveNoMoreThanAnEvenShare() throws Exception {
        node = node(new FleetConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 4, WhenAway.SAFE_SHARE));
        node.start();
        store.next();
        Bulkhead added = registry.getOrCreate(
                Bulkhead.TYPE,
                "late",
                BulkheadConfig.builder()
                        .maxConcurrent(200)
                        .scope(LimitScope.FLEET)
                        .build());
        assertThat(added.metrics().maxConcurrent()).isEqualTo(50);
        assertThat(limit()).isEqualTo(7);
        node.stop();
        assertThat(added.metrics().maxConcurrent()).isEqualTo(50);
    }

    @Test
    void ownOpeningShouldBeAVoteUntilItsEnd() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        node.start();
        assertThat(store.next().circuits().get(0).vote()).isZero();
        breaker.acquirePermit().onFailure(new IOException());
        CircuitReport voting = nextReport().circuits().get(0);
        assertThat(voting.state()).isEqualTo(CircuitReport.State.OPEN);
        assertThat(voting.vote()).isBetween(Duration.ofSeconds(18), Duration.ofSeconds(20));
        assertThat(voting.opening()).isEqualTo(1);
        assertThat(voting.called()).isTrue();
        ticker.advance(Duration.ofSeconds(20));
        CircuitReport due = nextReport().circuits().get(0);
        while (!due.due()) {
            due = nextReport().circuits().get(0);
        }
        assertThat(due.vote()).isZero();
        assertThat(due.called()).isFalse();
    }

    @Test
    void openingByTheFleetOrAnOperatorShouldBeNoVote() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        store.next();
        CircuitReport opened = nextReport().circuits().get(0);
        assertThat(opened.vote()).isZero();
        assertThat(opened.opening()).isZero();
        breaker.forceOpen();
        NodeReport forced = nextReport();
        while (!forced.circuits().isEmpty()) {
            forced = nextReport();
        }
    }

    @Test
    void circuitThatTheFleetHoldsShouldTryOnlyWhenLentOrAlone() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        store.next();
        store.answer(report -> ScriptedStore.hang(released));
        nextReport();
        breaker.expireOpen();
        assertThat(breaker.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofSeconds(3));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(breaker.tryAcquirePermit()).isPresent());
    }

    @Test
    void trialsOfANodeAloneShouldEndTheOpeningThatItKnew() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        store.next();
        CountDownLatch hanging = new CountDownLatch(1);
        store.answer(report -> {
            hanging.await();
            return circuit(report, true, false);
        });
        nextReport();
        breaker.expireOpen();
        ticker.advance(Duration.ofSeconds(3));
        await().atMost(SOON).untilAsserted(() -> {
            breaker.tryAcquirePermit().ifPresent(Permit::onSuccess);
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        });
        hanging.countDown();
        for (int i = 0; i < 3; i++) { // others have not closed it yet
            assertThat(nextReport().circuits().get(0).state()).isEqualTo(CircuitReport.State.CLOSED);
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        }
        store.answer(report -> circuit(report, false, false));
        nextReport();
        nextReport();
        store.answer(report -> circuit(report, true, false));
        nextReport();
        await().atMost(SOON).untilAsserted(() -> assertThat(breaker.state()).isEqualTo(State.OPEN));
    }

    /** Their reports may have waited behind a store that did not answer. */
    @Test
    void votesFromBeforeAClosingShouldNotOpenTheCircuitAgain() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        long[] votedAt = new long[1];
        store.answer(report -> opened(memory.exchange(report), votedAt[0]));
        node.start();
        store.next();
        breaker.acquirePermit().onFailure(new IOException());
        long failedAt = nextReport().sentAt();
        assertThat(failedAt).isPositive();
        ticker.advance(Duration.ofMillis(50));
        breaker.expireOpen();
        while (breaker.state() != State.CLOSED) {
            breaker.acquirePermit().onSuccess();
        }
        votedAt[0] = failedAt;
        for (int i = 0; i < 3; i++) {
            nextReport();
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        }
        votedAt[0] = 0;
        nextReport();
        nextReport();
        votedAt[0] = nextReport().sentAt();
        nextReport();
        await().atMost(SOON).untilAsserted(() -> assertThat(breaker.state()).isEqualTo(State.OPEN));
    }

    private static FleetView opened(FleetView view, long votedAt) {
        return new FleetView(
                view.number(),
                view.time(),
                view.nodes(),
                view.limits(),
                view.circuits().stream()
                        .map(circuit -> new CircuitView(circuit.name(), 0, 3, false, votedAt > 0, false, 2, votedAt))
                        .toList(),
                view.commands(),
                view.lastCommand(),
                view.commandsLost());
    }

    @Test
    void lostChangesOfOperatorsShouldBeLogged() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(FleetLoop.class);
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.addAppender(logged);
        try {
            InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
            store.answer(memory::exchange);
            node.start();
            node.send(command("force-open", 0));
            await().atMost(SOON).until(() -> nextReport().lastCommand().number() == 1);
            memory.clear();
            nextReport();
            nextReport();
            assertThat(logged.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .filteredOn(message -> message.contains("has lost operators' changes"))
                    .hasSize(1);
            assertThat(event()).isInstanceOf(FleetEvent.CommandsLost.class);
        } finally {
            logger.detachAppender(logged);
        }
    }

    @Test
    void lossWhileTheNodeWasStoppedShouldBeReported() throws Exception {
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        store.answer(memory::exchange);
        node.start();
        node.send(command("force-open", 0));
        await().atMost(SOON).until(() -> nextReport().lastCommand().number() == 1);
        node.stop();
        memory.clear();
        node.start();
        await().atMost(SOON).until(() -> event() instanceof FleetEvent.CommandsLost);
    }

    @Test
    void reasonShouldNameTheVotesThatHaveOpenedTheCircuit() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        BlockingQueue<String> reasons = new LinkedBlockingQueue<>();
        breaker.on(StateChanged.class, change -> reasons.add(change.reason()));
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        store.answer(report -> opened(memory.exchange(report), 1));
        node.start();
        assertThat(reasons.poll(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("fleet: 2 of 1 nodes");
    }

    /** A report may wait for longer than the fleet's order of changes tolerates. */
    @Test
    void firstReportShouldHaveNoVote() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        breaker.acquirePermit().onFailure(new IOException());
        node.start();
        NodeReport first = store.next();
        assertThat(first.sentAt()).isZero();
        assertThat(first.circuits().get(0).vote()).isZero();
        NodeReport second = nextReport();
        assertThat(second.sentAt()).isPositive();
    }

    @Test
    void resetOfThisNodeShouldHoldUntilTheFleetOpensAgain() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        store.next();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        breaker.reset();
        for (int i = 0; i < 3; i++) {
            assertThat(nextReport().circuits().get(0).vote()).isZero();
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        }
        store.answer(report -> circuit(report, false, false));
        nextReport();
        nextReport();
        store.answer(report -> circuit(report, true, false));
        nextReport();
        await().atMost(SOON).untilAsserted(() -> assertThat(breaker.state()).isEqualTo(State.OPEN));
    }

    /** Events are delivered after a change, behind listeners that may take long. */
    @Test
    void resetShouldHoldThoughItsEventIsLate() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        store.next();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        nextReport();
        AbstractPolicy.deferringEvents(() -> {
            breaker.reset();
            for (int i = 0; i < 3; i++) {
                assertThat(unchecked(this::nextReport)).isNotNull();
            }
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
            return true;
        });
        nextReport();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    /** The view answers a report from before the reset. */
    @Test
    void resetShouldHoldAgainstAnOpeningByEarlierVotes() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        long[] votedAt = new long[1];
        store.answer(report -> opened(memory.exchange(report), votedAt[0]));
        node.start();
        store.next();
        breaker.acquirePermit().onFailure(new IOException());
        long failedAt = nextReport().sentAt();
        assertThat(failedAt).isPositive();
        ticker.advance(Duration.ofMillis(50));
        breaker.reset();
        votedAt[0] = failedAt;
        for (int i = 0; i < 3; i++) {
            nextReport();
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        }
    }

    private static <T> T unchecked(Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void trialsThatAnOperatorBeganShouldHoldUntilTheNextOpening() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.QUORUM);
        store.answer(report -> circuit(report, true, false));
        node.start();
        store.next();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        breaker.halfOpen();
        for (int i = 0; i < 3; i++) {
            CircuitReport trying = nextReport().circuits().get(0);
            assertThat(trying.vote()).isZero();
            assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        }
        while (breaker.state() == State.HALF_OPEN) {
            breaker.acquirePermit().onSuccess();
        }
        for (int i = 0; i < 3; i++) {
            nextReport();
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        }
        store.answer(report -> circuit(report, false, false));
        nextReport();
        nextReport();
        store.answer(report -> circuit(report, true, false));
        nextReport();
        await().atMost(SOON).untilAsserted(() -> assertThat(breaker.state()).isEqualTo(State.OPEN));
    }

    @Test
    void surplusOfInstancesShouldBeLeftOutAndTheOthersTakePart() throws Exception {
        for (int i = 0; i < 1_003; i++) {
            registry.getOrCreate(
                    Bulkhead.TYPE,
                    "b" + i,
                    BulkheadConfig.builder()
                            .maxConcurrent(40)
                            .scope(LimitScope.FLEET)
                            .build());
        }
        node.start();
        NodeReport first = store.next();
        assertThat(first.limits()).hasSize(1_000);
        List<Bulkhead> left = registry.all(Bulkhead.TYPE).stream()
                .filter(each ->
                        first.limits().stream().noneMatch(limit -> limit.name().equals(each.name())))
                .toList();
        assertThat(left)
                .hasSize(4)
                .allSatisfy(each -> assertThat(each.metrics().maxConcurrent()).isGreaterThan(7));
        registry.remove(Bulkhead.TYPE, first.limits().get(0).name());
        assertThat(nextReport().limits()).hasSize(1_000);
    }

    @Test
    void hintShouldTightenUntilTheViewIsTooOld() throws Exception {
        CircuitBreaker breaker = breaker(FleetMode.HINT);
        breaker.reconfigure(c -> c.toBuilder().failureThreshold(4).build());
        store.answer(report -> circuit(report, false, true));
        node.start();
        store.next();
        store.answer(report -> ScriptedStore.hang(released));
        nextReport();
        breaker.acquirePermit().onFailure(new IOException());
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        breaker.reset();
        ticker.advance(Duration.ofSeconds(3));
        await().atMost(SOON).untilAsserted(() -> {
            breaker.reset();
            breaker.acquirePermit().onFailure(new IOException());
            breaker.acquirePermit().onFailure(new IOException());
            assertThat(breaker.state()).isEqualTo(State.CLOSED);
        });
    }

    @Test
    void commandShouldBeSentUntilItIsAnsweredAndAppliedOnce() throws Exception {
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        store.answer(memory::exchange);
        node.start();
        store.next();
        store.answer(report -> {
            memory.exchange(report);
            throw new IOException("the reply is lost");
        });
        nextReport();
        node.send(command("force-open", 0));
        assertThat(store.next().commands()).hasSize(1);
        awaitFailures(2);
        store.answer(memory::exchange);
        assertThat(nextReport().commands()).hasSize(1);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(commands)
                        .extracting(command -> command.withAge(Duration.ZERO))
                        .containsExactly(command("force-open", 1)));
        assertThat(nextReport().commands()).isEmpty();
        assertThat(nextReport().lastCommand().number()).isEqualTo(1);
        assertThat(commands).hasSize(1);
    }

    @Test
    void ageOfACommandShouldIncludeHowLongTheCommandsBeforeItTook() {
        store.answer(report -> {
            FleetView view = ScriptedStore.granting(report, 7, 4);
            return new FleetView(
                    view.number(),
                    view.time(),
                    view.nodes(),
                    view.limits(),
                    view.circuits(),
                    List.of(command("force-open", 1), command("reset", 2)),
                    new CommandMark(2, 1),
                    false);
        });
        List<Duration> ages = new CopyOnWriteArrayList<>();
        FleetNode slow = new FleetNode("host", FleetConfig.defaults(), store, registry, command -> {
            ages.add(command.age());
            ticker.advance(Duration.ofMillis(300));
        });
        slow.start();
        await().atMost(SOON).until(() -> ages.size() >= 2);
        slow.stop();
        assertThat(ages.get(1).minus(ages.get(0))).isEqualTo(Duration.ofMillis(300));
    }

    private FleetNode node(FleetConfig config) {
        FleetNode created = new FleetNode("host", config, store, registry, command -> {
            commands.add(command);
            throw new IllegalStateException("a command that cannot be applied");
        });
        created.on(FleetEvent.class, events::add);
        return created;
    }

    private CircuitBreaker breaker(FleetMode mode) {
        return registry.getOrCreate(
                CircuitBreaker.TYPE,
                "payments",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(Duration.ofSeconds(20))
                        .fleet(mode)
                        .build());
    }

    private static FleetView circuit(NodeReport report, boolean open, boolean votedElsewhere) {
        FleetView view = ScriptedStore.granting(report, 7, 4);
        return new FleetView(
                view.number(),
                view.time(),
                view.nodes(),
                view.limits(),
                report.circuits().stream()
                        .map(circuit -> new CircuitView(
                                circuit.name(), 3, 4, votedElsewhere, open, false, open ? 3 : 0, view.time()))
                        .toList(),
                List.of(),
                CommandMark.NONE,
                false);
    }

    private static FleetCommand command(String action, long number) {
        return new FleetCommand("circuit-breaker", "payments", action, Map.of(), null, Instant.EPOCH)
                .withNumber(number);
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> FleetView sneaky(Throwable thrown) throws X {
        throw (X) thrown;
    }

    private int limit() {
        return bulkhead.metrics().maxConcurrent();
    }

    private void awaitLimit(int expected) {
        await().atMost(SOON).untilAsserted(() -> assertThat(limit()).isEqualTo(expected));
    }

    private void advanceUntilLimit(int expected) {
        await().atMost(SOON).untilAsserted(() -> {
            ticker.advance(Duration.ofMillis(50));
            assertThat(limit()).isEqualTo(expected);
        });
    }

    private void awaitFailures(long least) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(node.status().failures()).isGreaterThanOrEqualTo(least));
    }

    private FleetEvent event() throws InterruptedException {
        FleetEvent event = events.poll(30, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event");
        }
        return event;
    }

    /** Advances the time in small steps until the node reports. */
    private NodeReport nextReport() {
        NodeReport[] next = new NodeReport[1];
        await().atMost(SOON).pollInterval(Duration.ofMillis(2)).until(() -> {
            next[0] = store.poll();
            if (next[0] == null) {
                ticker.advance(Duration.ofMillis(20));
            }
            return next[0] != null;
        });
        return next[0];
    }
}
