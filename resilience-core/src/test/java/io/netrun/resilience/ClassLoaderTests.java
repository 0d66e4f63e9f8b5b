package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither this library's class loader nor those of its users are kept after their end. */
@org.junit.jupiter.api.Timeout(120)
class ClassLoaderTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry.Retry",
                "bulkhead.Bulkhead",
                "circuitbreaker.CircuitBreaker",
                "ratelimiter.RateLimiter",
                "fallback.Fallback"
            })
    void loaderOfTheLibraryShouldGoAfterASyncCall(String policy) throws Exception {
        CompletableFuture<WeakReference<ClassLoader>> used = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                used.complete(callWithLibraryOfItsOwn(policy));
            } catch (Throwable thrown) {
                used.completeExceptionally(thrown);
            }
        });
        thread.start();
        thread.join();
        assertGoes(used.join());
    }

    @Test
    void classOfAResultShouldNotBeKept() throws Exception {
        assertGoes(callWithClassOfItsOwn(false));
    }

    @Test
    void classOfARetriedFailureShouldNotBeKept() throws Exception {
        assertGoes(callWithClassOfItsOwn(true));
    }

    private static final io.netrun.resilience.retry.Retry RETRY =
            io.netrun.resilience.retry.Retry.of("kept", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));

    /** A result, and a failure, of an application. */
    public static final class Foreign extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    private static WeakReference<ClassLoader> callWithClassOfItsOwn(boolean thrown) throws Exception {
        ClassLoader loader = new OwnClasses();
        RuntimeException foreign = (RuntimeException) loader.loadClass(Foreign.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        assertThat(foreign.getClass()).isNotSameAs(Foreign.class);
        try {
            RETRY.call(() -> {
                if (thrown) {
                    throw foreign;
                }
                return foreign;
            });
        } catch (RuntimeException expected) {
            assertThat(thrown).isTrue();
        }
        return new WeakReference<>(loader);
    }

    private static WeakReference<ClassLoader> callWithLibraryOfItsOwn(String policy) throws Exception {
        ClassLoader loader = new OwnClasses();
        Class<?> supplier = loader.loadClass(CheckedSupplier.class.getName());
        Object body =
                Proxy.newProxyInstance(loader, new Class<?>[] {supplier}, (proxy, method, arguments) -> 1_000_000);
        Object made = loader.loadClass("io.netrun.resilience." + policy)
                .getMethod("of", String.class)
                .invoke(null, "own");
        Object result = loader.loadClass(Guard.class.getName())
                .getMethod("call", supplier)
                .invoke(made, body);
        assertThat(result).isEqualTo(1_000_000);
        assertThat(made.getClass().getClassLoader()).isSameAs(loader);
        return new WeakReference<>(loader);
    }

    private static void assertGoes(WeakReference<?> loader) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return loader.refersTo(null);
        });
    }

    /** Defines the classes of this library once more. */
    private static final class OwnClasses extends ClassLoader {

        OwnClasses() {
            super(ClassLoaderTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.netrun.resilience.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
