package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettingsSourceTests {

    private final List<String> asked = new ArrayList<>();
    private final ResilienceRegistry registry = ResilienceRegistry.create(Ticker.system(), new Source());

    @Test
    void getOrCreateShouldUseTheSettingsOfTheSource() {
        assertThat(registry.getOrCreate(Bulkhead.TYPE, "reports").config().maxConcurrent())
                .isEqualTo(7);
    }

    @Test
    void getOrCreateWithConfigShouldLetTheSourceDecide() {
        assertThat(registry.getOrCreate(Bulkhead.TYPE, "reports", with(2))
                        .config()
                        .maxConcurrent())
                .isEqualTo(7);
        assertThat(registry.getOrCreate(Bulkhead.TYPE, "other", with(2))
                        .config()
                        .maxConcurrent())
                .isEqualTo(2);
    }

    @Test
    void getOrCreateShouldAskTheSourceOnce() {
        registry.getOrCreate(Bulkhead.TYPE, "reports");
        registry.getOrCreate(Bulkhead.TYPE, "reports");
        assertThat(asked).containsExactly("reports");
    }

    @Test
    void getOrCreateWhenSourceDisablesShouldCreateItSwitchedOff() {
        assertThat(registry.getOrCreate(Bulkhead.TYPE, "off").isEnabled()).isFalse();
    }

    @Test
    void getOrCreateWithInvalidNameShouldNotAskTheSource() {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.getOrCreate(Bulkhead.TYPE, " "));
        assertThat(asked).isEmpty();
    }

    @Test
    void findShouldCreateWhatTheSourceHasSettingsFor() {
        assertThat(registry.find(Bulkhead.TYPE, "reports")).isPresent();
        assertThat(registry.find(Bulkhead.TYPE, "unknown")).isEmpty();
    }

    @Test
    void allShouldListWhatTheSourceHasSettingsFor() {
        assertThat(registry.all(Bulkhead.TYPE)).extracting(Policy::name).containsExactly("reports");
        assertThat(registry.all()).hasSize(1);
    }

    private static BulkheadConfig with(int maxConcurrent) {
        return BulkheadConfig.builder().maxConcurrent(maxConcurrent).build();
    }

    private final class Source implements SettingsSource {

        @Override
        @SuppressWarnings("unchecked") // only bulkheads are asked for
        public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
            asked.add(name);
            if (name.equals("reports")) {
                return new Settings<>((C) with(7), true);
            }
            return new Settings<>(given == null ? type.defaults() : given, !name.equals("off"));
        }

        @Override
        public void createConfigured(ResilienceRegistry created) {
            created.getOrCreate(Bulkhead.TYPE, "reports");
        }
    }
}
