package io.netrun.resilience.sample.soak;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a protected call does instead of answering. */
enum Fault {
    NONE,

    /** Fails. */
    ERROR,

    /** Fails in a way that does not count. */
    IGNORED,

    /** Takes longer than the timeout, and responds to interrupts. */
    SLOW,

    /** Takes longer than the timeout, and ignores interrupts. */
    HANG;

    private static final long BEYOND_THE_LIMIT = TimeUnit.MILLISECONDS.toNanos(120);

    /** On the calling thread. */
    String happen() {
        switch (this) {
            case ERROR -> throw new IllegalStateException("injected");
            case IGNORED -> throw new IllegalArgumentException("injected");
            case SLOW -> sleep();
            case HANG -> hang();
            default -> {}
        }
        return "ok";
    }

    /** In a future that, if it takes long, only the one who waits can end. */
    CompletableFuture<String> happenLater() {
        return switch (this) {
            case SLOW, HANG -> new CompletableFuture<>();
            case ERROR -> CompletableFuture.failedFuture(new IllegalStateException("injected"));
            case IGNORED -> CompletableFuture.failedFuture(new IllegalArgumentException("injected"));
            case NONE -> CompletableFuture.completedFuture("ok");
        };
    }

    private static void sleep() {
        try {
            TimeUnit.NANOSECONDS.sleep(BEYOND_THE_LIMIT);
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new InterruptedIOException("interrupted"));
        }
    }

    private static void hang() {
        long end = System.nanoTime() + BEYOND_THE_LIMIT;
        boolean interrupted = false;
        while (System.nanoTime() - end < 0) {
            interrupted |= Thread.interrupted();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
