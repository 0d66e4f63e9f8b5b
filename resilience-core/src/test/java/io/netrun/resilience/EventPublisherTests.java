package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class EventPublisherTests {

    private static final long SECONDS = 60;

    private final EventPublisher events = new EventPublisher();
    private final List<Object> received = Collections.synchronizedList(new ArrayList<>());

    @Test
    void eventOfAListenerShouldArriveAfterThePresentOne() {
        events.subscribe(Integer.class, number -> {
            if (number < 200) {
                events.publish(number + 1);
            }
        });
        events.subscribe(Integer.class, received::add);
        events.publish(1);
        assertThat(received)
                .hasSize(200)
                .startsWith(1, 2, 3)
                .isSortedAccordingTo((a, b) -> Integer.compare((Integer) a, (Integer) b));
    }

    @Test
    void eventsOfManyThreadsShouldArriveOneAtATimeAndInTheirOrder() throws Exception {
        int threads = 4;
        int each = 20_000;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        int[] last = new int[threads];
        AtomicInteger disorder = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(threads * each);
        events.subscribe(int[].class, event -> {
            if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            if (event[1] != ++last[event[0]]) {
                disorder.incrementAndGet();
            }
            inside.decrementAndGet();
            all.countDown();
        });
        List<Thread> publishers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            publishers.add(started(() -> {
                for (int i = 1; i <= each; i++) {
                    events.publish(new int[] {number, i});
                }
            }));
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        assertThat(all.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(overlaps).hasValue(0);
        assertThat(disorder).hasValue(0);
    }

    @Test
    void eventShouldNotOvertakeOneThatIsQueuedButNotCounted() {
        List<Object> received = new ArrayList<>();
        events.subscribe(String.class, received::add);
        events.enqueue("first");
        events.publish("second");
        events.publish("third");
        events.deliverQueued();
        assertThat(received).containsExactly("first", "second", "third");
    }

    @Test
    void listenerThatBlocksShouldDelayNoOtherPublisher() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(1_001);
        events.subscribe(Integer.class, number -> {
            received.add(number);
            if (number == 0) {
                blocked.countDown();
                await(release);
            }
            all.countDown();
        });
        Thread first = started(() -> events.publish(0));
        await(blocked);
        for (int i = 1; i <= 1_000; i++) {
            events.publish(i); // comes back, although the listener does not
        }
        release.countDown();
        assertThat(all.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        first.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertThat(received).hasSize(1_001).isSortedAccordingTo((a, b) -> Integer.compare((Integer) a, (Integer) b));
    }

    @Test
    void publisherShouldNotDeliverTheEventsOfOthersForEver() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch queued = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(1);
        events.subscribe(Integer.class, number -> {
            if (number == 0) {
                blocked.countDown();
                await(queued);
            }
            if (number == 999) {
                await(release); // the last one's listener does not return before the first publisher is on its way
                all.countDown();
            }
        });
        Thread first = started(() -> events.publish(0));
        await(blocked);
        for (int i = 1; i < 1_000; i++) {
            events.publish(i);
        }
        queued.countDown();
        first.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertThat(first.isAlive()).isFalse();
        release.countDown();
        await(all);
    }

    @Test
    void listenersThatThrowShouldNotStopTheEventsBehind() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(5);
        events.subscribe(Integer.class, number -> {
            if (number == 0) {
                blocked.countDown();
                await(release);
            }
            throw failure(number);
        });
        events.subscribe(Integer.class, number -> {
            received.add(number);
            all.countDown();
        });
        Thread first = started(() -> events.publish(0));
        await(blocked);
        for (int i = 1; i < 5; i++) {
            events.publish(i);
        }
        release.countDown();
        await(all);
        first.join(TimeUnit.SECONDS.toMillis(SECONDS));
        events.publish(5);
        assertThat(received).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void listenerThatOverflowsTheStackShouldNotStopLaterEvents() {
        events.subscribe(Integer.class, EventPublisherTests::recurse);
        events.subscribe(Integer.class, received::add);
        events.publish(1);
        events.publish(2);
        assertThat(received).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventThatCannotBeRenderedShouldHarmNothing(boolean toStringThrows) {
        events.subscribe(Object.class, event -> {
            throw new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new UnsupportedOperationException("no message");
                }
            };
        });
        events.subscribe(Object.class, event -> received.add("received"));
        events.publish(new Object() {
            @Override
            public String toString() {
                if (toStringThrows) {
                    throw new UnsupportedOperationException("no text");
                }
                return "event";
            }
        });
        assertThat(received).containsExactly("received");
    }

    @Test
    void eventsBehindAListenerThatNeverReturnsShouldBeBounded() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch last = new CountDownLatch(1);
        AtomicInteger count = new AtomicInteger();
        events.subscribe(Integer.class, number -> {
            if (count.incrementAndGet() == 1) {
                blocked.countDown();
                await(release);
            }
        });
        events.subscribe(String.class, text -> last.countDown());
        Thread first = started(() -> events.publish(0));
        await(blocked);
        for (int i = 1; i < 2 * EventPublisher.MAX_WAITING; i++) {
            events.publish(i);
        }
        release.countDown();
        first.join(TimeUnit.SECONDS.toMillis(SECONDS));
        while (last.getCount() > 0) {
            events.publish("last");
            Thread.onSpinWait();
        }
        assertThat(count).hasValue(EventPublisher.MAX_WAITING);
    }

    @Test
    void eventLeftToAnotherThreadShouldKeepItsContext() throws Exception {
        ThreadLocal<String> user = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("events", user);
        try {
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch all = new CountDownLatch(2);
            AtomicReference<Thread> deliverer = new AtomicReference<>();
            events.subscribe(String.class, event -> {
                received.add(event + " as " + user.get());
                if (event.equals("first")) {
                    deliverer.set(Thread.currentThread());
                    blocked.countDown();
                    await(release);
                }
                all.countDown();
            });
            Thread first = started(() -> {
                user.set("alice");
                events.publish("first");
                received.add("then as " + user.get());
            });
            await(blocked);
            user.set("bob");
            events.publish("second");
            release.countDown();
            await(all);
            first.join(TimeUnit.SECONDS.toMillis(SECONDS));
            assertThat(received).containsExactly("first as alice", "second as bob", "then as alice");
        } finally {
            user.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("events");
        }
    }

    // ---- events that are deferred

    @Test
    void deferredEventsShouldArriveAfterTheChange() {
        EventPublisher other = new EventPublisher();
        events.subscribe(String.class, received::add);
        other.subscribe(String.class, received::add);
        String result = EventDeferral.during(() -> {
            events.publish("first");
            EventDeferral.during(() -> {
                other.publish("second");
                return null;
            });
            events.publish("third");
            received.add("changed");
            return "result";
        });
        assertThat(result).isEqualTo("result");
        assertThat(received).containsExactly("changed", "first", "second", "third");
        events.publish("at once");
        assertThat(received).endsWith("at once");
    }

    @Test
    void deferredEventsShouldArriveEvenIfTheChangeFails() {
        events.subscribe(String.class, received::add);
        assertThatThrownBy(() -> EventDeferral.during(() -> {
                    events.publish("first");
                    throw new AssertionError("of the change");
                }))
                .hasMessage("of the change");
        assertThat(received).containsExactly("first");
    }

    /** The other thread neither waits for the change nor overtakes it. */
    @Test
    void deferredEventShouldKeepItsPlace() throws Exception {
        events.subscribe(String.class, received::add);
        EventDeferral.during(() -> {
            events.publish("first");
            Thread other = started(() -> events.publish("second"));
            join(other);
            assertThat(received).doesNotContain("second");
            return null;
        });
        assertThat(received).containsExactly("first", "second");
        events.publish("third");
        assertThat(received).containsExactly("first", "second", "third");
    }

    @Test
    void deferredEventShouldHaveTheContextOfItsCauseReadBefore() {
        ThreadLocal<String> user = new ThreadLocal<>();
        List<String> reads = new ArrayList<>();
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(
                        "deferred",
                        () -> {
                            reads.add("read");
                            return user.get();
                        },
                        user::set,
                        user::remove);
        try {
            events.subscribe(String.class, event -> received.add(event + " as " + user.get()));
            user.set("alice");
            List<String> readsMeanwhile = EventDeferral.during(() -> {
                reads.clear();
                events.publish("first");
                Runnable task = EventPublisher.inContext(() -> received.add("task as " + user.get()));
                List<String> meanwhile = List.copyOf(reads);
                task.run();
                return meanwhile;
            });
            assertThat(readsMeanwhile).isEmpty();
            assertThat(received).containsExactly("task as alice", "first as alice");
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("deferred");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int recurse(int depth) {
        return depth == Integer.MAX_VALUE ? depth : recurse(depth + 1) + 1;
    }

    private static Error failure(int number) {
        return switch (number) {
            case 1 -> new StackOverflowError();
            case 2 -> new ThreadDeath();
            case 3 -> new OutOfMemoryError("of the listener");
            default -> new AssertionError(number);
        };
    }

    private static Thread started(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
