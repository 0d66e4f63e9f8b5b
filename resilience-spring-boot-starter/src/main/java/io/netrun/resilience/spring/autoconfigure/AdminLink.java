package io.netrun.resilience.spring.autoconfigure;

import de.codecentric.boot.admin.client.registration.Application;
import de.codecentric.boot.admin.client.registration.ApplicationFactory;
import de.codecentric.boot.admin.client.registration.metadata.MetadataContributor;
import java.util.Map;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The dashboard as a link in the sidebar of an instance in Spring Boot Admin. The address is the one under which the
 * instance registers its endpoints, whatever that comes from: base path, port of the management, a proxy. Thread-safe.
 */
final class AdminLink implements MetadataContributor {

    private static final String LINKS = "sidebar.links.";
    private static final String LABEL = "Resilience";

    private final Instances instances;
    private final String path;

    /** Whether this thread asks for the registration, which asks for this metadata. */
    private final ThreadLocal<Boolean> asking = ThreadLocal.withInitial(() -> false);

    /** Where the registration comes from. It is made with this object, so it can be asked only later. */
    @FunctionalInterface
    interface Instances {

        /** The registration as it would be without this link. */
        ApplicationFactory factory();
    }

    /**
     * A link to the endpoint.
     *
     * @param path where the dashboard is below the base path of the endpoints, such as {@code resilienceui}
     */
    AdminLink(Instances instances, String path) {
        this.instances = instances;
        this.path = path;
    }

    @Override
    public Map<String, String> getMetadata() {
        if (asking.get()) {
            return Map.of();
        }
        asking.set(true);
        try {
            return link(instances.factory().createApplication());
        } finally {
            asking.remove();
        }
    }

    private Map<String, String> link(Application registration) {
        String endpoints = registration.getManagementUrl();
        if (!StringUtils.hasText(endpoints)) {
            return Map.of();
        }
        String url = UriComponentsBuilder.fromUriString(endpoints)
                .pathSegment(StringUtils.tokenizeToStringArray(path, "/"))
                .build()
                .encode()
                .toUriString();
        Map<String, String> others = registration.getMetadata();
        if (others.containsValue(url)) {
            return Map.of();
        }
        String next = LINKS + firstFree(others) + ".";
        return Map.of(next + "label", LABEL, next + "url", url);
    }

    /** Links are numbered from 0 without a gap; the application may have some of its own. */
    private static int firstFree(Map<String, String> metadata) {
        int number = 0;
        while (isTaken(LINKS + number + ".", metadata)) {
            number++;
        }
        return number;
    }

    private static boolean isTaken(String prefix, Map<String, String> metadata) {
        return metadata.keySet().stream().anyMatch(key -> key.startsWith(prefix));
    }
}
