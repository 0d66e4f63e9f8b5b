package io.netrun.resilience.storm;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Misbehaving protected code of one guard, which counts its runs. */
final class HostileBodies {

    private final Identity identity;
    private final ForeignStages stages;
    private final LongAdder runs = new LongAdder();

    HostileBodies(Identity identity, ForeignStages stages) {
        this.identity = identity;
        this.stages = stages;
    }

    long runs() {
        return runs.sum();
    }

    Integer sync(String caller, long seed) throws Throwable {
        runs.increment();
        RandomGenerator random = random(seed);
        identity.check(caller, "sync body");
        switch (random.nextInt(7)) {
            case 0:
                throw Failures.any(random);
            case 1:
                waitForInterrupt();
                throw new IllegalStateException("interrupted, reported as another failure");
            case 2:
                ignoreInterrupts();
                return 1;
            case 3:
                Thread.currentThread().interrupt();
                return 2;
            case 4:
                soilUnlessCaller(caller);
                return 3;
            case 5:
                new Semaphore(0).tryAcquire(random.nextInt(8_000), TimeUnit.MICROSECONDS);
                return 4;
            default:
                return 5;
        }
    }

    CompletionStage<Integer> async(String caller, long seed) {
        runs.increment();
        RandomGenerator random = random(seed);
        identity.check(caller, "async body");
        if (random.nextInt(8) == 0) {
            throw Failures.sneak(Failures.any(random));
        }
        return stages.any(random);
    }

    Mono<Integer> mono(String caller, long seed) {
        runs.increment();
        RandomGenerator random = random(seed);
        switch (random.nextInt(6)) {
            case 0:
                return Mono.error(Failures.any(random));
            case 1:
                return Mono.never();
            case 2:
                return Mono.fromCallable(() -> sneaky(random));
            case 3:
                return Mono.fromDirect(subscriber -> {
                    throw new IllegalStateException("subscribe failed");
                });
            case 4:
                return Flux.range(0, 5).next();
            default:
                return Mono.just(6);
        }
    }

    private static Integer sneaky(RandomGenerator random) {
        if (random.nextBoolean()) {
            throw Failures.sneak(Failures.any(random));
        }
        return 7;
    }

    private static void waitForInterrupt() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        while (!Thread.currentThread().isInterrupted() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static void ignoreInterrupts() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(15);
        while (System.nanoTime() - end < 0) {
            Thread.interrupted();
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** On a thread that is not the caller's own, which would keep what it did to itself. */
    private static void soilUnlessCaller(String caller) {
        if (!Thread.currentThread().getName().equals(caller)) {
            Identity.soil();
        }
    }

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("SplittableRandom").create(seed);
    }
}
