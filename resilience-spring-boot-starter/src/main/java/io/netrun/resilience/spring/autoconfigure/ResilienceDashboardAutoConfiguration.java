package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.actuate.EndpointAccess;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.dashboard.DashboardPattern;
import io.netrun.resilience.spring.dashboard.ResilienceDashboard;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;

/** The page over the Actuator endpoint, where both are exposed. */
@AutoConfiguration(after = ResilienceEndpointAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(ResilienceEndpoint.class)
@ImportRuntimeHints(ResilienceDashboardAutoConfiguration.Files.class)
public final class ResilienceDashboardAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    ResilienceDashboard resilienceDashboard(
            ObjectProvider<PathMapper> pathMappers,
            ObjectProvider<EndpointAccessResolver> accessResolver,
            Environment environment) {
        List<PathMapper> mappers = pathMappers.orderedStream().toList();
        EndpointId json = EndpointId.of("resilience");
        EndpointAccessResolver access = accessResolver.getIfAvailable();
        boolean writable = EndpointAccess.isUnrestricted(environment)
                && access != null
                && access.accessFor(json, Access.READ_ONLY) == Access.UNRESTRICTED;
        List<DashboardPattern> patterns = PatternDescriptors.all().stream()
                .map(pattern -> new DashboardPattern(
                        pattern.key(),
                        pattern.section(),
                        List.copyOf(pattern.actions().keySet()),
                        pattern.callCounts().label(),
                        pattern.callCounts().metrics()))
                .toList();
        return new ResilienceDashboard(
                PathMapper.getRootPath(mappers, EndpointId.of("resilienceui")),
                PathMapper.getRootPath(mappers, json),
                writable,
                patterns);
    }

    /** A native image has the page's files too. */
    static final class Files implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
            hints.resources().registerPattern("io/netrun/resilience/spring/dashboard/*");
        }
    }
}
