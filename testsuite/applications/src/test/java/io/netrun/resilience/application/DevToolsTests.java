package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.boot.devtools.restart.classloader.RestartClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Restarts as DevTools makes them: the application's classes are loaded anew, while the JVM and the library's classes
 * stay.
 */
class DevToolsTests {

    private static final String SHOP = "io.netrun.resilience.application.RestartedShop";

    @TempDir
    private Path classes;

    @BeforeEach
    void copyTheApplication() throws Exception {
        Path compiled = Path.of(
                getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
        Path target =
                compiled.relativize(compiled.resolve(SHOP.replace('.', '/'))).getParent();
        Files.createDirectories(classes.resolve(target));
        try (Stream<Path> files = Files.list(compiled.resolve(target))) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("RestartedShop"))
                    .toList()) {
                Files.copy(file, classes.resolve(target).resolve(file.getFileName()));
            }
        }
    }

    @Test
    void everyCallShouldSeeTheClassesOfItsApplication() throws Exception {
        for (int restart = 0; restart < 3; restart++) {
            assertThat(startCallAndStop(newLoader()))
                    .containsOnlyKeys("worker", "hedge", "later attempt", "limited future", "fallback")
                    .allSatisfy((call, loadable) -> assertThat(loadable).isTrue());
        }
    }

    /** In a JVM of its own, since DevTools restarts what the main thread has started. */
    @Test
    void callsShouldSeeTheClassesOfARealRestart() throws IOException {
        try (ChildJvm jvm = ChildJvm.start(256, DevToolsMain.class)) {
            String output = jvm.awaitOutput();
            assertThat(output.lines().filter(line -> line.startsWith("RestartClassLoader {")))
                    .as(output)
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .doesNotContain("false")
                            .contains("worker=true", "hedge=true", "later attempt=true", "fallback=true"));
        }
    }

    @Test
    void restartShouldLeaveNothingOfTheFormerApplication() throws Exception {
        // The first one of all stays, in the trace of an exception that Spring keeps.
        startCallAndStop(newLoader());
        WeakReference<ClassLoader> former = startedAndStopped();
        startCallAndStop(newLoader());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread ->
                        thread.getContextClassLoader() != null && thread.getContextClassLoader() == former.get());
        assertCollected(former);
    }

    private WeakReference<ClassLoader> startedAndStopped() throws Exception {
        RestartClassLoader loader = newLoader();
        startCallAndStop(loader);
        return new WeakReference<>(loader);
    }

    private static void assertCollected(WeakReference<ClassLoader> former) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (former.get() != null && System.nanoTime() - end < 0) {
            // As DevTools does between the two.
            Restarter.clearInstance();
            Introspector.flushCaches();
            ResolvableType.clearCache();
            ReflectionUtils.clearCache();
            AnnotationUtils.clearCache();
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        assertThat(former.get()).as("class loader of the former application").isNull();
    }

    private RestartClassLoader newLoader() throws IOException {
        return new RestartClassLoader(
                getClass().getClassLoader(), new URL[] {classes.toUri().toURL()});
    }

    /** On a thread of its own whose context class loader it is, as DevTools does. */
    private static Map<String, Boolean> startCallAndStop(RestartClassLoader loader) throws Exception {
        FutureTask<Map<String, Boolean>> calls = new FutureTask<>(() -> callAndStop(loader.loadClass(SHOP)));
        Thread thread = new Thread(calls, "restartedMain");
        thread.setContextClassLoader(loader);
        thread.start();
        thread.join();
        loader.close();
        return calls.get();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Boolean> callAndStop(Class<?> shop) throws Exception {
        assertThat(shop.getClassLoader()).isInstanceOf(RestartClassLoader.class);
        Map<String, Boolean> calls;
        try (var context =
                (ConfigurableApplicationContext) shop.getMethod("run").invoke(null)) {
            calls = (Map<String, Boolean>) shop.getMethod("calls", ConfigurableApplicationContext.class)
                    .invoke(null, context);
        }
        assertThat(shop.getMethod("isWaitingOver").invoke(null)).isEqualTo(true);
        return calls;
    }
}
