package io.netrun.resilience.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * Loads all classes but those of the JDK again, and none of some packages, as if their jars were absent: a class that
 * needs one fails when it is linked. A {@code FilteredClassLoader} cannot show that, since the classes that it finds
 * are linked by its parent.
 */
final class AbsentPackages extends ClassLoader {

    private static final List<String> OF_JDK =
            List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "org.w3c.dom.", "org.xml.sax.");

    private final List<String> absent;

    AbsentPackages(List<String> absent) {
        super("without " + String.join(", ", absent), AbsentPackages.class.getClassLoader());
        this.absent = absent.stream().map(each -> each + ".").toList();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (absent.stream().anyMatch(name::startsWith)) {
            throw new ClassNotFoundException(name);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            URL code = isOfJdk(name) ? null : getParent().getResource(name.replace('.', '/') + ".class");
            return code == null ? super.loadClass(name, resolve) : define(name, code);
        }
    }

    private static boolean isOfJdk(String name) {
        return OF_JDK.stream().anyMatch(name::startsWith);
    }

    private Class<?> define(String name, URL code) throws ClassNotFoundException {
        try (InputStream stream = code.openStream()) {
            byte[] bytes = stream.readAllBytes();
            CodeSource source = new CodeSource(code, (Certificate[]) null);
            return defineClass(name, bytes, 0, bytes.length, new ProtectionDomain(source, null, this, null));
        } catch (IOException unreadable) {
            throw new ClassNotFoundException(name, unreadable);
        }
    }

    @Override
    public URL getResource(String name) {
        return isAbsent(name) ? null : super.getResource(name);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        return isAbsent(name) ? null : super.getResourceAsStream(name);
    }

    /** Without the files that name a service of an absent package. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> found = Collections.list(super.getResources(name));
        return Collections.enumeration(
                name.startsWith("META-INF/services/")
                        ? found.stream().filter(file -> !isAbsentService(file)).toList()
                        : found);
    }

    private boolean isAbsentService(URL file) {
        try (InputStream stream = file.openStream()) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .anyMatch(line -> absent.stream().anyMatch(line::startsWith));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private boolean isAbsent(String resource) {
        return absent.stream().anyMatch(resource.replace('/', '.')::startsWith);
    }
}
