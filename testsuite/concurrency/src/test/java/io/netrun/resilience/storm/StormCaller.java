package io.netrun.resilience.storm;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.reactor.ReactorGuard;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import reactor.core.Disposable;

/** A thread that makes random sync, asynchronous and reactive calls and cancels many of them. */
final class StormCaller implements Runnable {

    private final List<StormGuard> guards;
    private final Identity identity;
    private final ScheduledExecutorService disturber;
    private final int calls;
    private final long seed;
    private final Map<CompletableFuture<?>, String> begun = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    StormCaller(List<StormGuard> guards, Identity identity, ScheduledExecutorService disturber, int calls, long seed) {
        this.guards = guards;
        this.identity = identity;
        this.disturber = disturber;
        this.calls = calls;
        this.seed = seed;
    }

    /** What must end, and what it was. */
    Map<CompletableFuture<?>, String> begun() {
        return begun;
    }

    Queue<String> wrong() {
        return wrong;
    }

    @Override
    public void run() {
        String caller = Thread.currentThread().getName();
        RandomGenerator random = HostileBodies.random(seed);
        for (int i = 0; i < calls; i++) {
            Identity.set(caller);
            StormGuard guard = guards.get(random.nextInt(guards.size()));
            long bodySeed = random.nextLong();
            switch (random.nextInt(3)) {
                case 0 -> callSync(guard, caller, bodySeed, random);
                case 1 -> callAsync(guard, caller, bodySeed, random);
                default -> subscribe(guard, caller, bodySeed, random);
            }
            identity.check(caller, "caller after " + guard.name());
            if (Deadline.current() != Deadline.NONE) {
                wrong.add("a call to " + guard.name() + " left its scope on its caller's thread");
            }
            Thread.interrupted();
        }
        Identity.clear();
    }

    private void callSync(StormGuard guard, String caller, long bodySeed, RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            Thread self = Thread.currentThread();
            disturber.schedule(self::interrupt, random.nextInt(4_000), TimeUnit.MICROSECONDS);
        }
        try {
            guard.guard().call(() -> guard.bodies().sync(caller, bodySeed));
        } catch (Throwable thrown) {
            // Any outcome is fine: the call only has to end.
        }
    }

    private void callAsync(StormGuard guard, String caller, long bodySeed, RandomGenerator random) {
        CompletableFuture<Integer> future;
        try {
            future = guard.guard().callAsync(() -> guard.bodies().async(caller, bodySeed));
        } catch (Throwable thrown) {
            wrong.add("callAsync of " + guard.name() + " threw " + thrown.getClass());
            return;
        }
        begun.put(future, "future of " + guard.name() + ", body " + bodySeed);
        CompletableFuture<Void> continued = new CompletableFuture<>();
        begun.put(continued, "continuation of " + guard.name() + ", body " + bodySeed);
        future.handle((result, failure) -> {
            if (isOfTheLibrary(Thread.currentThread())) {
                identity.checkNotAnother(caller, "continuation");
            }
            continued.complete(null);
            throw new IllegalStateException("the continuation failed");
        });
        switch (random.nextInt(5)) {
            case 0 -> future.cancel(true);
            case 1 -> disturber.schedule(() -> future.cancel(false), random.nextInt(4_000), TimeUnit.MICROSECONDS);
            case 2 -> future.completeOnTimeout(0, random.nextInt(4_000), TimeUnit.MICROSECONDS);
            default -> {
                // Ends by itself.
            }
        }
    }

    private void subscribe(StormGuard guard, String caller, long bodySeed, RandomGenerator random) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        begun.put(ended, "Mono of " + guard.name() + ", body " + bodySeed);
        Disposable subscription;
        try {
            subscription = ReactorGuard.of(guard.guard())
                    .mono(() -> guard.bodies().mono(caller, bodySeed))
                    .doFinally(signal -> ended.complete(null))
                    .subscribe(value -> {}, failure -> {});
        } catch (Throwable thrown) {
            wrong.add("subscribing to " + guard.name() + " threw " + thrown.getClass());
            ended.complete(null);
            return;
        }
        if (random.nextInt(3) == 0) {
            disturber.schedule(subscription::dispose, random.nextInt(4_000), TimeUnit.MICROSECONDS);
        }
    }

    /** On other threads a continuation runs as with any future: on the thread that completes it. */
    private static boolean isOfTheLibrary(Thread thread) {
        return thread.getName().startsWith("resilience");
    }
}
