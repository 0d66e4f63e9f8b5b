package io.netrun.resilience.spring.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class OperatorJournalTests {

    private final RecentEvents recent = new RecentEvents();
    private final Bulkhead bulkhead = instance("one");

    private static Bulkhead instance(String name) {
        return Bulkhead.of(name, BulkheadConfig.builder().build());
    }

    private static Optional<OperatorChange> change(Policy policy, int after) {
        return Optional.of(new OperatorChange(
                policy.type(),
                policy.name(),
                Instant.EPOCH,
                null,
                "settings",
                OperatorChange.Scope.NODE,
                Map.of("maxConcurrent", String.valueOf(after - 1)),
                Map.of("maxConcurrent", String.valueOf(after))));
    }

    private static String value(Object event) {
        return ((OperatorChange) event).after().get("maxConcurrent");
    }

    @Test
    void changeBehindABlockedListenerShouldNotWait() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        OperatorJournal journal = new OperatorJournal(recent, event -> {
            if (value(event).equals("1")) {
                entered.countDown();
                await(leave);
            }
            heard.add(((OperatorChange) event).name() + value(event));
        });
        CompletableFuture<Void> first = started(() -> journal.record(bulkhead, () -> change(bulkhead, 1)));
        await(entered);
        journal.record(bulkhead, () -> change(bulkhead, 2));
        assertThat(heard).isEmpty();
        assertThat(recent.operatorChanges())
                .extracting(OperatorJournalTests::value)
                .containsExactly("2", "1");
        Bulkhead other = instance("other");
        journal.record(other, () -> change(other, 7));
        assertThat(heard).containsExactly("other7");
        leave.countDown();
        first.get(30, TimeUnit.SECONDS);
        assertThat(heard).containsExactly("other7", "one1", "one2");
    }

    @Test
    void lastHundredChangesShouldBeKept() {
        OperatorJournal journal = new OperatorJournal(recent, event -> {});
        for (int i = 1; i <= 130; i++) {
            int number = i;
            Bulkhead each = instance("of-" + i % 7);
            journal.record(each, () -> change(each, number));
        }
        assertThat(recent.operatorChanges())
                .hasSize(100)
                .extracting(OperatorJournalTests::value)
                .startsWith("130", "129")
                .endsWith("31");
    }

    @Test
    void changeInForceShouldBeKeptLonger() {
        OperatorJournal journal = new OperatorJournal(recent, event -> {});
        journal.record(bulkhead, () -> change(bulkhead, 1));
        for (int i = 1; i <= 130; i++) {
            int number = i;
            Bulkhead each = instance("of-" + i % 7);
            journal.record(each, () -> change(each, number));
        }
        assertThat(recent.operatorChanges())
                .hasSize(100)
                .last()
                .extracting(OperatorChange::name)
                .isEqualTo("one");
    }

    @Test
    void changeByAListenerShouldFollow() {
        List<String> heard = new ArrayList<>();
        OperatorJournal[] journal = new OperatorJournal[1];
        journal[0] = new OperatorJournal(recent, event -> {
            if (value(event).equals("1")) {
                journal[0].record(bulkhead, () -> change(bulkhead, 2));
            }
            heard.add(value(event));
        });
        journal[0].record(bulkhead, () -> change(bulkhead, 1));
        assertThat(heard).containsExactly("1", "2");
    }

    @Test
    void listenerThatThrowsShouldNotStopTheNext() {
        List<String> heard = new ArrayList<>();
        OperatorJournal journal = new OperatorJournal(recent, event -> {
            heard.add(value(event));
            throw new AssertionError("of a listener");
        });
        journal.record(bulkhead, () -> change(bulkhead, 1));
        journal.record(bulkhead, () -> change(bulkhead, 2));
        assertThat(heard).containsExactly("1", "2");
    }

    @Test
    void changeThatFailsOrChangesNothingShouldLeaveNothing() {
        List<String> heard = new ArrayList<>();
        OperatorJournal journal = new OperatorJournal(recent, event -> heard.add(value(event)));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> journal.record(bulkhead, () -> {
                    throw new IllegalStateException("wrong");
                }))
                .hasMessage("wrong");
        journal.record(bulkhead, Optional::empty);
        journal.record(bulkhead, () -> change(bulkhead, 1));
        assertThat(heard).containsExactly("1");
    }

    @Test
    void changeShouldBeDeliveredInTheContextOfItsCause() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        OperatorJournal journal = new OperatorJournal(recent, event -> {
            heard.add(value(event) + " by " + MDC.get("request"));
            if (value(event).equals("1")) {
                entered.countDown();
                await(leave);
            }
        });
        CompletableFuture<Void> first = inRequest("a", () -> journal.record(bulkhead, () -> change(bulkhead, 1)));
        await(entered);
        inRequest("b", () -> journal.record(bulkhead, () -> change(bulkhead, 2)))
                .get(30, TimeUnit.SECONDS);
        inRequest(null, () -> journal.record(bulkhead, () -> change(bulkhead, 3)))
                .get(30, TimeUnit.SECONDS);
        leave.countDown();
        first.get(30, TimeUnit.SECONDS);
        assertThat(heard).containsExactly("1 by a", "2 by b", "3 by null");
    }

    /** A thread that delivers afterwards has the request that it had. */
    private static CompletableFuture<Void> inRequest(String request, Runnable task) {
        return started(() -> {
            MDC.clear();
            if (request != null) {
                MDC.put("request", request);
            }
            task.run();
            assertThat(MDC.get("request")).isEqualTo(request);
            MDC.clear();
        });
    }

    /** A listener of the circuit runs on the thread that changes it; nothing may be locked then. */
    @Test
    void listenerShouldNotRunWhileAChangeIsMade() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        CircuitBreaker circuit = CircuitBreaker.of("circuit");
        circuit.onStateChange((from, to) -> {
            heard.add(from + " to " + to);
            if (to == State.FORCED_OPEN) {
                entered.countDown();
                await(leave);
            }
        });
        OperatorJournal journal =
                new OperatorJournal(recent, event -> heard.add(((OperatorChange) event).name() + value(event)));
        CompletableFuture<Void> first = started(() -> journal.record(circuit, () -> {
            circuit.forceOpen();
            return change(circuit, 1);
        }));
        await(entered);
        CompletableFuture.allOf(
                        started(() -> journal.record(circuit, () -> {
                            circuit.reset();
                            return change(circuit, 2);
                        })),
                        started(() -> journal.record(bulkhead, () -> change(bulkhead, 7))))
                .get(30, TimeUnit.SECONDS);
        assertThat(heard).containsExactly("CLOSED to FORCED_OPEN", "one7");
        leave.countDown();
        first.get(30, TimeUnit.SECONDS);
        assertThat(heard)
                .containsExactly("CLOSED to FORCED_OPEN", "one7", "FORCED_OPEN to CLOSED", "circuit1", "circuit2");
    }

    /** What the listener does to the same instance comes after the change that it is notified of. */
    @Test
    void changeByAListenerOfTheInstanceShouldFollow() {
        List<String> heard = new ArrayList<>();
        CircuitBreaker circuit = CircuitBreaker.of("circuit");
        OperatorJournal journal = new OperatorJournal(recent, event -> heard.add(value(event)));
        circuit.onStateChange((from, to) -> {
            if (to == State.FORCED_OPEN) {
                journal.record(circuit, () -> {
                    circuit.reset();
                    return change(circuit, 2);
                });
            }
        });
        journal.record(circuit, () -> {
            circuit.forceOpen();
            return change(circuit, 1);
        });
        assertThat(heard).containsExactly("1", "2");
        assertThat(circuit.state()).isEqualTo(State.CLOSED);
    }

    /** On a thread of its own: the common pool of two processors has a single one, which a blocked listener keeps. */
    private static CompletableFuture<Void> started(Runnable task) {
        return CompletableFuture.runAsync(task, command -> new Thread(command).start());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
