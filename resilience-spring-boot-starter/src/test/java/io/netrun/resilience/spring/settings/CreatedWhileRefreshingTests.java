package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/**
 * An instance that is created while a refresh goes through has the refreshed settings, at whichever of its questions to
 * the environment the refresh comes.
 */
@Timeout(300)
class CreatedWhileRefreshingTests {

    private static final String INSTANCES = "resilience.bulkhead.instances.";

    private final Map<String, Object> properties = new ConcurrentHashMap<>();
    private final Pause pause = new Pause();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withInitializer(context -> {
                context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("changed", properties));
                context.getEnvironment().getPropertySources().addFirst(pause);
            });

    /** Holds one thread at one of its questions to the environment. */
    private static final class Pause extends PropertySource<Object> {

        private final AtomicInteger questions = new AtomicInteger();
        private volatile CountDownLatch reached = new CountDownLatch(1);
        private volatile CountDownLatch released = new CountDownLatch(1);
        private volatile int at;
        private volatile Thread thread;

        Pause() {
            super("pause", new Object());
        }

        @Override
        public Object getProperty(String name) {
            if (Thread.currentThread() == thread && questions.incrementAndGet() == at) {
                reached.countDown();
                await(released);
            }
            return null;
        }

        void before(int question) {
            reached = new CountDownLatch(1);
            released = new CountDownLatch(1);
            questions.set(0);
            at = question;
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupt) {
                throw new IllegalStateException(interrupt);
            }
        }
    }

    /** Ways in which an instance comes into the registry. */
    enum Way {
        REQUESTED("x", registry -> registry.getOrCreate(Bulkhead.TYPE, "x")),
        REGISTERED("x", registry -> {
            Bulkhead own = Bulkhead.of("x", c -> c.maxConcurrent(2));
            registry.register(own);
            return own;
        }),
        OF_A_FAMILY("tenant", registry -> tenants(registry).get("a")),
        REQUESTED_BY_THE_NAME_OF_A_KEY("tenant", registry -> {
            tenants(registry);
            return registry.getOrCreate(Bulkhead.TYPE, "tenant:a");
        });

        private final String section;
        private final Function<ResilienceRegistry, Bulkhead> instance;

        Way(String section, Function<ResilienceRegistry, Bulkhead> instance) {
            this.section = section;
            this.instance = instance;
        }

        static KeyedPolicies<Bulkhead> tenants(ResilienceRegistry registry) {
            return registry.keyed(
                    Bulkhead.TYPE,
                    "tenant",
                    BulkheadConfig.builder().maxConcurrent(3).build(),
                    10);
        }
    }

    private void refresh(ConfigurableApplicationContext context, String section, int maxConcurrent) {
        String key = INSTANCES + section + ".max-concurrent";
        properties.put(key, maxConcurrent);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
    }

    @ParameterizedTest
    @EnumSource
    void newInstanceShouldHaveTheRefreshedSettings(Way way) {
        properties.put(INSTANCES + way.section + ".max-concurrent", 1);
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            way.instance.apply(registry); // so that what is read once is
            registry.remove(Bulkhead.TYPE, way.instance.apply(registry).name());
            int question = 1;
            while (refreshedAt(question, way, context, registry)) {
                question += question < 40 ? 1 : 7;
            }
            assertThat(question).isGreaterThan(1);
        });
    }

    /** Returns false if the creation of an instance asks less often. */
    private boolean refreshedAt(
            int question, Way way, ConfigurableApplicationContext context, ResilienceRegistry registry)
            throws Exception {
        refresh(context, way.section, 1);
        pause.before(question);
        CompletableFuture<Bulkhead> created = new CompletableFuture<>();
        Thread creator = new Thread(() -> {
            try {
                created.complete(way.instance.apply(registry));
            } catch (Throwable thrown) {
                created.completeExceptionally(thrown);
            } finally {
                pause.reached.countDown();
            }
        });
        pause.thread = creator;
        creator.start();
        Pause.await(pause.reached);
        boolean held = !created.isDone();
        refresh(context, way.section, 7);
        pause.released.countDown();
        Bulkhead instance = created.get(60, TimeUnit.SECONDS);
        assertThat(instance.config().maxConcurrent())
                .as("held at question %s", question)
                .isEqualTo(7);
        assertThat(registry.find(Bulkhead.TYPE, instance.name())).containsSame(instance);
        registry.remove(instance);
        return held;
    }

    /** Does something at a question of the thread that refreshes. */
    private static final class Interruption extends PropertySource<Object> {

        private int left;
        private Runnable action = () -> {};

        Interruption() {
            super("interruption", new Object());
        }

        @Override
        public Object getProperty(String name) {
            if (--left == 0) {
                action.run();
            }
            return null;
        }

        @Override
        public boolean containsProperty(String name) {
            return false;
        }
    }

    private final Interruption interruption = new Interruption();

    /** Returns whether the refresh asks that often. */
    private boolean refreshInterrupted(
            ConfigurableApplicationContext context, int question, int maxConcurrent, Runnable action) {
        interruption.left = question;
        interruption.action = action;
        refresh(context, "x", maxConcurrent);
        boolean interrupted = interruption.left <= 0;
        interruption.left = 0;
        return interrupted;
    }

    /** Before the refresh begins, only the environment has changed, and an instance has what that specifies. */
    @Test
    void instanceOfARefreshThatIsRejectedShouldHaveTheFormerSettings() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            context.getEnvironment().getPropertySources().addFirst(interruption);
            registry.getOrCreate(Bulkhead.TYPE, "wrong");
            String wrong = INSTANCES + "wrong.max-concurrent";
            boolean begun = false;
            boolean interrupted = true;
            for (int question = 1; interrupted; question++) {
                refresh(context, "x", 1);
                properties.put(wrong, -1);
                AtomicReference<Bulkhead> created = new AtomicReference<>();
                interrupted = refreshInterrupted(
                        context, question, 7, () -> created.set(registry.getOrCreate(Bulkhead.TYPE, "x")));
                properties.remove(wrong);
                if (interrupted) {
                    int value = created.get().config().maxConcurrent();
                    begun = begun || value == 1;
                    assertThat(value).as("created at question %s", question).isEqualTo(begun ? 1 : 7);
                    registry.remove(created.get());
                }
            }
            assertThat(begun).isTrue();
        });
    }
}
