package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an application is deployed anew, the library of the former one goes with its class loader. */
@org.junit.jupiter.api.Timeout(60)
class CollectableLibraryTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry.Retry",
                "bulkhead.Bulkhead",
                "circuitbreaker.CircuitBreaker",
                "ratelimiter.RateLimiter",
                "fallback.Fallback"
            })
    void classLoaderShouldBeCollectableAfterACall(String policy) throws Exception {
        WeakReference<ClassLoader> loader = callInAnotherLoader(policy);
        for (int i = 0; i < 100 && loader.get() != null; i++) {
            System.gc();
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(loader.get()).isNull();
    }

    /** On a thread of its own, whose thread-locals end with it. */
    private static WeakReference<ClassLoader> callInAnotherLoader(String policy) throws Exception {
        URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
        Throwable[] thrown = new Throwable[1];
        Thread caller = new Thread(() -> {
            try {
                call(loader, policy);
            } catch (Throwable failure) {
                thrown[0] = failure;
            }
        });
        caller.setContextClassLoader(loader);
        caller.start();
        caller.join();
        assertThat(thrown[0]).isNull();
        loader.close();
        return new WeakReference<>(loader);
    }

    private static void call(ClassLoader loader, String policy) throws ReflectiveOperationException {
        Class<?> supplier = loader.loadClass("io.netrun.resilience.CheckedSupplier");
        Object guard = loader.loadClass("io.netrun.resilience." + policy)
                .getMethod("of", String.class)
                .invoke(null, "redeployed");
        Object body = Proxy.newProxyInstance(loader, new Class<?>[] {supplier}, (proxy, method, arguments) -> 1);
        assertThat(loader.loadClass("io.netrun.resilience.Guard")
                        .getMethod("call", supplier)
                        .invoke(guard, body))
                .isEqualTo(1);
    }

    private static URL[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(CollectableLibraryTests::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }
}
