package io.netrun.resilience;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

class WorkersTests {

    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    @ParameterizedTest
    @MethodSource("waysToAWorker")
    void workerShouldInheritNothingAndHaveAName(Consumer<Runnable> way) throws Exception {
        INHERITED.set("alice");
        try {
            CompletableFuture<String> seen = new CompletableFuture<>();
            way.accept(() -> seen.complete(Thread.currentThread().getName() + " " + INHERITED.get()));
            assertThat(seen.get(20, SECONDS)).matches("resilience-(timer-)?worker-\\d+ null");
        } finally {
            INHERITED.remove();
        }
    }

    static Stream<Consumer<Runnable>> waysToAWorker() {
        return Stream.of(
                Workers::execute,
                Workers::executePromptly,
                Workers::executeReliably,
                task -> Workers.handOver(task).run());
    }

    @Test
    void taskShouldRunOnAPlatformThreadOnceTheJvmHasLostItsVirtualOnes() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Workers.orPlatformThread(task -> {
                    throw new NoClassDefFoundError("Could not initialize class java.lang.VirtualThread");
                })
                .execute(() -> seen.complete(Thread.currentThread().getName()));
        assertThat(seen.get(20, SECONDS)).startsWith("resilience-timer-worker-");
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // what a body may do
    void workerShouldHaveItsNameAndPriorityAgainAfterATask() throws Exception {
        PlatformPool pool = new PlatformPool(task -> Workers.daemon(task, "own name"), () -> false, Ticker.system());
        CompletableFuture<Thread> first = new CompletableFuture<>();
        pool.execute(() -> {
            Thread thread = Thread.currentThread();
            thread.setName("another");
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.setUncaughtExceptionHandler((failed, failure) -> {});
            first.complete(thread);
        });
        Thread thread = first.get(20, SECONDS);
        await().until(() -> thread.getName().equals("own name"));
        await().until(() -> thread.getUncaughtExceptionHandler() == thread.getThreadGroup());
        assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
    }

    @Test
    void taskHandedOverTwiceShouldRunOnce() throws Exception {
        AtomicInteger count = new AtomicInteger();
        Runnable handover = Workers.handOver(count::incrementAndGet);
        handover.run();
        handover.run();
        CountDownLatch later = new CountDownLatch(1);
        Workers.executeReliably(later::countDown);
        assertThat(later.await(20, SECONDS)).isTrue();
        await().until(() -> count.get() == 1);
    }

    @Test
    void tasksThatBlockShouldHoldUpNoOther() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            Workers.executeReliably(() -> {
                begun.countDown();
                awaitUninterruptibly(release);
            });
        }
        try {
            assertThat(begun.await(20, SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @Test
    void taskThatFailsShouldLeaveTheWorkersAsTheyAre() throws Exception {
        for (int i = 0; i < 50; i++) {
            Workers.executeReliably(() -> {
                throw new StackOverflowError();
            });
        }
        CountDownLatch later = new CountDownLatch(1);
        Workers.executeReliably(later::countDown);
        assertThat(later.await(20, SECONDS)).isTrue();
    }

    @Test
    void whatATaskLeavesOnItsThreadShouldNotBeSeenByOthers() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        ClassLoader foreign = new ClassLoader() {};
        for (int i = 0; i < 100; i++) {
            CountDownLatch done = new CountDownLatch(1);
            Workers.executeReliably(() -> {
                if (MDC.get("user") != null
                        || Thread.currentThread().isInterrupted()
                        || Thread.currentThread().getContextClassLoader() == foreign) {
                    seen.add(Thread.currentThread().getName());
                }
                MDC.put("user", "alice");
                Thread.currentThread().setContextClassLoader(foreign);
                Thread.currentThread().interrupt();
                done.countDown();
            });
            assertThat(done.await(20, SECONDS)).isTrue();
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void threadShouldInheritNeitherGroupNorPriority() throws Exception {
        ThreadGroup application = new ThreadGroup("application");
        AtomicReference<Thread> made = new AtomicReference<>();
        Thread caller = new Thread(application, () -> made.set(Workers.daemon(() -> {}, "worker")));
        caller.setPriority(Thread.MIN_PRIORITY);
        caller.start();
        caller.join();
        assertThat(made.get().getThreadGroup().getParent()).isNull();
        assertThat(made.get().getPriority()).isEqualTo(Thread.NORM_PRIORITY);
    }

    @Test
    void threadShouldNotHoldTheClassesOfItsFirstCaller() throws Exception {
        ClassLoader application = new ApplicationLoader();
        @SuppressWarnings("unchecked")
        Function<Supplier<Thread>, Thread> caller = (Function<Supplier<Thread>, Thread>) application
                .loadClass(ForeignCaller.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        Thread kept = caller.apply(() -> Workers.daemon(() -> {}, "worker"));
        WeakReference<ClassLoader> loader = new WeakReference<>(application);
        application = null;
        caller = null;
        await().until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThat(kept.isDaemon()).isTrue();
    }

    /** Has a thread made; of another class loader than the tests. */
    public static final class ForeignCaller implements Function<Supplier<Thread>, Thread> {

        @Override
        public Thread apply(Supplier<Thread> threads) {
            return threads.get();
        }
    }

    private static final class ApplicationLoader extends ClassLoader {

        ApplicationLoader() {
            super(WorkersTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(ForeignCaller.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void promptTaskWithoutAThreadShouldNotRunLaterEither() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> Workers.executePromptly(runs::incrementAndGet, task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        CountDownLatch later = new CountDownLatch(1);
        Ticker.system().schedule(Workers.handOver(later::countDown), MILLISECONDS.toNanos(20));
        assertThat(later.await(20, SECONDS)).isTrue();
        assertThat(runs).hasValue(0);
    }

    @Test
    void promptTaskThatNoCarrierTakesShouldRunOnceElsewhere() throws Exception {
        CompletableFuture<String> ran = new CompletableFuture<>();
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<Runnable> carriers = new AtomicReference<>();
        Workers.executePromptly(
                () -> {
                    runs.incrementAndGet();
                    ran.complete(Thread.currentThread().getName());
                },
                carriers::set);
        assertThat(ran.get(20, SECONDS)).startsWith("resilience-timer-worker-");
        carriers.get().run();
        assertThat(runs).hasValue(1);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                open = latch.await(60, SECONDS);
            } catch (InterruptedException again) {
                // waits on
            }
        }
    }
}
