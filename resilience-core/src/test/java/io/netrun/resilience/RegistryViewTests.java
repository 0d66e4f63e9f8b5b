package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Views of one registry: what code gives through one of them counts until it is closed. */
class RegistryViewTests {

    private final List<String> changes = new ArrayList<>();
    private final ResilienceRegistry registry = ResilienceRegistry.create(Ticker.system(), new Recorded(changes));

    @Test
    void viewsShouldShareInstancesFamiliesAndListeners() {
        ResilienceRegistry view = view();
        List<RegistryEvent> events = new ArrayList<>();
        view.onChange(events::add);
        Retry retry = registry.getOrCreate(Retry.TYPE, "a");
        assertThat(view.find(Retry.TYPE, "a")).containsSame(retry);
        assertThat(view.view(new Recorded(changes)).all()).isEqualTo(registry.all());
        assertThat(view.keyed(Retry.TYPE, "fam", attempts(2), 10).get("k"))
                .isSameAs(registry.keyed(Retry.TYPE, "fam", attempts(3), 10).get("k"));
        assertThat(view.ticker()).isSameAs(registry.ticker());
        assertThat(events).hasSize(2);
        assertThat(changes).as("none, since the first one counts").isEmpty();
    }

    @Test
    void closedViewShouldShutNothingDown() {
        ResilienceRegistry view = view();
        Retry retry = view.getOrCreate(Retry.TYPE, "a");
        view.close();
        view.close();
        assertThat(retry.call(() -> "called")).isEqualTo("called");
        assertThat(registry.find(Retry.TYPE, "a")).containsSame(retry);
        registry.close();
        assertThat(view.getOrCreate(Retry.TYPE, "late")).isNotNull();
    }

    @Test
    void closedViewShouldGiveWayToTheNext() {
        ResilienceRegistry first = view();
        ResilienceRegistry second = view();
        first.getOrCreate(Retry.TYPE, "a", attempts(2));
        second.getOrCreate(Retry.TYPE, "a", attempts(4));
        second.getOrCreate(Retry.TYPE, "a", attempts(5));
        first.getOrCreate(Retry.TYPE, "b", attempts(6));
        assertThat(changes).isEmpty();
        first.close();
        assertThat(changes).containsExactlyInAnyOrder("a 4", "b none");
        changes.clear();
        second.close();
        assertThat(changes).containsExactly("a none");
    }

    @Test
    void firstConfigurationOfAnExistingInstanceShouldCount() {
        registry.getOrCreate(Retry.TYPE, "a");
        registry.getOrCreate(Retry.TYPE, "a", attempts(2));
        registry.getOrCreate(Retry.TYPE, "a", attempts(3));
        assertThat(changes).containsExactly("a 2");
    }

    @Test
    void registeredInstanceShouldComeFirst() {
        ResilienceRegistry view = view();
        registry.getOrCreate(Retry.TYPE, "a", attempts(2));
        view.register(Retry.of("a", attempts(3)));
        assertThat(changes).isEmpty();
        view.close();
        assertThat(changes).containsExactly("a 2");
    }

    @Test
    void removedInstanceShouldLeaveNoConfiguration() {
        ResilienceRegistry view = view();
        view.getOrCreate(Retry.TYPE, "a", attempts(2));
        registry.remove(Retry.TYPE, "a");
        registry.getOrCreate(Retry.TYPE, "a");
        view.close();
        assertThat(changes).isEmpty();
    }

    @Test
    void familyShouldHaveTheConfigurationOfTheNextView() {
        ResilienceRegistry first = view();
        ResilienceRegistry second = view();
        KeyedPolicies<Retry> family = first.keyed(Retry.TYPE, "fam", 10, key -> attempts(2));
        family.get("k:1");
        second.keyed(Retry.TYPE, "fam", 10, key -> attempts(key.length()));
        assertThat(changes).isEmpty();
        first.close();
        assertThat(changes).containsExactly("fam:k:1 3");
        assertThat(family.get("four").config().maxAttempts()).isEqualTo(4);
        second.close();
        assertThat(family.get("other").config()).isEqualTo(RetryConfig.defaults());
        changes.clear();
        registry.keyed(Retry.TYPE, "fam", attempts(6), 20);
        assertThat(changes).containsExactlyInAnyOrder("fam:k:1 6", "fam:four 6", "fam:other 6");
        assertThatThrownBy(() -> registry.keyed(Retry.TYPE, "fam", attempts(6), 10))
                .hasMessageContaining("must be 20");
    }

    @Test
    void failuresOfForeignCodeShouldNotStopTheClose() {
        ResilienceRegistry view = registry.view(new Recorded(changes) {
            @Override
            public <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable C given) {
                super.onGivenChange(type, name, given);
                throw new IllegalStateException("the source fails");
            }
        });
        view.getOrCreate(Retry.TYPE, "a", attempts(2));
        view.getOrCreate(Retry.TYPE, "b", attempts(2));
        registry.getOrCreate(Retry.TYPE, "b", attempts(5));
        KeyedPolicies<Retry> family = view.keyed(Retry.TYPE, "fam", attempts(2), 10);
        Arrays.asList("good", "bad").forEach(family::get);
        registry.keyed(Retry.TYPE, "fam", 10, key -> {
            if (key.equals("bad")) {
                throw new IllegalArgumentException("no configuration");
            }
            return attempts(7);
        });
        view.close();
        assertThat(changes).containsExactlyInAnyOrder("a none", "b 5", "fam:good 7");
    }

    @Test
    void threadsThatRaceShouldGiveOneConfiguration() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                String name = "r" + round;
                registry.getOrCreate(Retry.TYPE, name);
                CountDownLatch begin = new CountDownLatch(1);
                List<Future<?>> ends = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    ResilienceRegistry view = view();
                    ends.add(threads.submit(() -> {
                        begin.await();
                        view.getOrCreate(Retry.TYPE, name, attempts(2));
                        view.close();
                        return null;
                    }));
                }
                begin.countDown();
                for (Future<?> end : ends) {
                    end.get();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        view().close();
        registry.getOrCreate(Retry.TYPE, "r0", attempts(9));
        assertThat(changes).endsWith("r0 9");
    }

    private ResilienceRegistry view() {
        return registry.view(new Recorded(changes));
    }

    private static RetryConfig attempts(int attempts) {
        return RetryConfig.builder().maxAttempts(attempts).build();
    }

    /** Keeps what it is notified of. */
    private static class Recorded implements SettingsSource {

        private final List<String> changes;

        Recorded(List<String> changes) {
            this.changes = changes;
        }

        @Override
        public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
            return new Settings<>(given == null ? type.defaults() : given, true);
        }

        @Override
        public <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable C given) {
            synchronized (changes) {
                changes.add(name + " " + (given instanceof RetryConfig retry ? retry.maxAttempts() : "none"));
            }
        }
    }
}
