package io.netrun.resilience.spring.autoconfigure;

import de.codecentric.boot.admin.client.registration.ApplicationFactory;
import de.codecentric.boot.admin.client.registration.metadata.MetadataContributor;
import io.netrun.resilience.spring.dashboard.ResilienceDashboard;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** A link to the dashboard in Spring Boot Admin, where the application registers there and exposes the dashboard. */
@AutoConfiguration(
        after = ResilienceDashboardAutoConfiguration.class,
        afterName = "de.codecentric.boot.admin.client.config.SpringBootAdminClientAutoConfiguration")
@ConditionalOnClass(MetadataContributor.class)
@ConditionalOnBean({ResilienceDashboard.class, ApplicationFactory.class})
public final class ResilienceAdminAutoConfiguration {

    @Bean
    MetadataContributor resilienceAdminLink(
            ObjectProvider<ApplicationFactory> factory, ObjectProvider<PathMapper> pathMappers) {
        return new AdminLink(
                factory::getObject,
                PathMapper.getRootPath(pathMappers.orderedStream().toList(), EndpointId.of("resilienceui")));
    }
}
