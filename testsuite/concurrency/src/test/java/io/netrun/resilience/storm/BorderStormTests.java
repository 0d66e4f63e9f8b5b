package io.netrun.resilience.storm;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Mixed traffic of hostile code through all seven patterns: bodies throw what they must not, stages come from another
 * library, threads carry identities of their own, listeners fail, callers cancel. Afterwards nothing may be held, lost,
 * counted twice or visible to another caller. {@code -Dresilience.concurrency.storm=100000} sets the calls per caller,
 * {@code -Dresilience.concurrency.seed} repeats a storm's choices.
 */
class BorderStormTests {

    private static final int CALLERS = 6;
    private static final int CALLS = Integer.getInteger("resilience.concurrency.storm", 1_500);
    private static final long SEED = Long.getLong("resilience.concurrency.seed", System.nanoTime());
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Identity identity = new Identity();
    private final Logger library = (Logger) LoggerFactory.getLogger("io.netrun.resilience");
    private final Logger reactor = (Logger) LoggerFactory.getLogger("reactor");
    private final ScheduledExecutorService foreign =
            Executors.newScheduledThreadPool(2, task -> thread("foreign", task));
    private final ScheduledExecutorService disturber =
            Executors.newScheduledThreadPool(1, task -> thread("disturber", task));

    @BeforeEach
    void prepare() {
        library.setLevel(Level.OFF); // each failing listener is logged
        reactor.setLevel(Level.OFF);
        Identity.register();
        foreign.execute(Identity::soil);
    }

    @AfterEach
    void end() {
        foreign.shutdownNow();
        disturber.shutdownNow();
        Identity.unregister();
        library.setLevel(null);
        reactor.setLevel(null);
    }

    @Test
    void stormOfForeignCodeShouldLeaveNothingHeldLostOrLeaked() throws Exception {
        List<StormGuard> guards = StormGuard.all(identity, new ForeignStages(foreign));
        List<StormCaller> callers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            StormCaller caller = new StormCaller(guards, identity, disturber, CALLS, SEED + i);
            callers.add(caller);
            threads.add(new Thread(null, caller, "caller-" + i, 0, false));
        }

        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(LONGEST.toMillis() + 20L * CALLS);
            assertThat(thread.isAlive())
                    .as("%s still calls, seed %d", thread.getName(), SEED)
                    .isFalse();
        }

        assertThat(guards)
                .as("a storm that reaches the bodies")
                .allSatisfy(guard -> assertThat(guard.bodies().runs()).isGreaterThan(CALLS * CALLERS / 12));
        assertThat(eventually(() -> pending(callers)))
                .as("calls that never ended, seed %d", SEED)
                .isEmpty();
        assertThat(eventually(() -> unsettled(guards))).as("seed %d", SEED).isEmpty();
        assertThat(identity.leaks()).as("seed %d", SEED).isEmpty();
        assertThat(callers)
                .as("seed %d", SEED)
                .flatExtracting(StormCaller::wrong)
                .isEmpty();
    }

    private static List<String> pending(List<StormCaller> callers) {
        return callers.stream()
                .flatMap(caller -> caller.begun().entrySet().stream())
                .filter(entry -> !entry.getKey().isDone())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Bodies that ignore interrupts end a moment after their calls. */
    private static List<String> unsettled(List<StormGuard> guards) {
        return guards.stream().flatMap(guard -> guard.unsettled().stream()).toList();
    }

    /** What is still wrong after a while; empty as soon as nothing is. */
    private static List<String> eventually(Supplier<List<String>> wrong) {
        long end = System.nanoTime() + LONGEST.toNanos();
        List<String> found = wrong.get();
        while (!found.isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            found = wrong.get();
        }
        return found;
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }
}
