package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Contexts that come and go in one process, each for itself, with the same class loader and with loaders of their own.
 */
class IsolatedContextTests {

    private static final int MANY = 50;

    /** A loader that has a class of the application for itself, as that of DevTools or of a server's application. */
    private static final class ApplicationLoader extends ClassLoader {

        ApplicationLoader() {
            super("application", IsolatedContextTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.equals(IsolatedShop.class.getName())) {
                    return super.loadClass(name, resolve);
                }
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    private static AnnotationConfigApplicationContext start(ClassLoader loader, @Nullable MeterRegistry meters) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.setClassLoader(loader);
        try {
            context.registerBean("shop", loader.loadClass(IsolatedShop.class.getName()));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        context.register(ResilienceAutoConfiguration.class);
        if (meters != null) {
            context.registerBean(MeterRegistry.class, () -> meters);
            context.register(ResilienceMetricsAutoConfiguration.class);
        }
        context.refresh();
        context.getBeansOfType(MeterBinder.class).values().forEach(binder -> binder.bindTo(meters));
        return context;
    }

    private static Object shop(AnnotationConfigApplicationContext context) {
        return context.getBean("shop");
    }

    private static void use(AnnotationConfigApplicationContext context) {
        assertThat(((Supplier<?>) shop(context)).get()).isEqualTo("done after 2");
        assertThat(context.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.retry.Retry.TYPE, "shop")
                        .orElseThrow()
                        .metrics()
                        .totalRetries())
                .isEqualTo(1);
    }

    private static void await(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    @Test
    void loadersOfClosedContextsShouldBeCollected() {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            loaders.add(startedAndClosed());
        }
        await(() -> loaders.stream().noneMatch(loader -> loader.get() != null), "class loaders that are still there");
    }

    private static WeakReference<ClassLoader> startedAndClosed() {
        ApplicationLoader loader = new ApplicationLoader();
        try (AnnotationConfigApplicationContext context = start(loader, new SimpleMeterRegistry())) {
            assertThat(shop(context).getClass().getClassLoader()).isSameAs(loader);
            use(context);
        }
        return new WeakReference<>(loader);
    }

    @Test
    void contextsAtTheSameTimeShouldBeIsolated() {
        List<AnnotationConfigApplicationContext> contexts = new ArrayList<>();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        Set<ResilienceRegistry> registries = new HashSet<>();
        try {
            for (int i = 0; i < MANY; i++) {
                ApplicationLoader loader = new ApplicationLoader();
                loaders.add(new WeakReference<>(loader));
                contexts.add(start(loader, null));
            }
            for (AnnotationConfigApplicationContext context : contexts) {
                use(context); // each with its own count of calls and retries
                registries.add(context.getBean(ResilienceRegistry.class));
            }
            assertThat(registries).hasSize(MANY);
        } finally {
            contexts.forEach(AnnotationConfigApplicationContext::close);
        }
        contexts.clear();
        registries.clear();
        await(() -> loaders.stream().noneMatch(loader -> loader.get() != null), "class loaders that are still there");
    }

    @Test
    void contextsThatStartTogetherShouldBeIsolated() throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<WeakReference<ClassLoader>>> started = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                started.add(CompletableFuture.supplyAsync(IsolatedContextTests::startedAndClosed, starters));
            }
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (CompletableFuture<WeakReference<ClassLoader>> each : started) {
                loaders.add(each.get(120, TimeUnit.SECONDS));
            }
            started.clear();
            starters.shutdown();
            assertThat(starters.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            await(
                    () -> loaders.stream().noneMatch(loader -> loader.get() != null),
                    "class loaders that are still there");
        } finally {
            starters.shutdownNow();
        }
    }

    @Test
    void contextsWithOneLoaderShouldShareTheProxyClass() {
        Set<Class<?>> proxies = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            try (AnnotationConfigApplicationContext context = start(IsolatedShop.class.getClassLoader(), null)) {
                proxies.add(shop(context).getClass());
                use(context);
            }
        }
        assertThat(proxies).hasSize(1);
    }

    @Test
    void closedContextsShouldLeaveNoMetersAndNoThreads() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (AnnotationConfigApplicationContext first = start(IsolatedShop.class.getClassLoader(), meters)) {
            use(first); // starts the threads that all contexts share
        }
        int before = threads().size();
        for (int i = 0; i < MANY; i++) {
            try (AnnotationConfigApplicationContext context = start(IsolatedShop.class.getClassLoader(), meters)) {
                use(context);
                assertThat(meters.getMeters())
                        .anyMatch(meter -> meter.getId().getName().startsWith("resilience."));
            }
            assertThat(meters.getMeters())
                    .noneMatch(meter -> meter.getId().getName().startsWith("resilience."));
        }
        await(() -> threads().size() <= before + 2, "threads that are still there");
    }
}
