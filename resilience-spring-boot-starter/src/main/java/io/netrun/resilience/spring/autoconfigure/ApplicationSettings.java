package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SettingsSource;
import io.netrun.resilience.spring.method.EarlyAnnotations;
import io.netrun.resilience.spring.settings.InstanceFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

/** The settings of an application, read when the first instance is requested. */
record ApplicationSettings(
        SingletonSupplier<InstanceFactory> instances, SingletonSupplier<EarlyAnnotations> annotations)
        implements SettingsSource {

    @Override
    public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
        annotations.obtain().announce();
        return instances.obtain().settingsOf(type, name, given);
    }

    @Override
    public <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable C given) {
        instances.obtain().onGivenChange(type, name, given);
    }

    @Override
    public void createConfigured(ResilienceRegistry registry) {
        annotations.obtain().announce();
        instances.obtain().createConfigured(registry);
    }
}
