import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Makes java.ndc: an archive as Java streams it, sizes behind the data, with a comment.
 *
 * <p>java MakeJava.java upstream/kording-netcdf3.ndc java.ndc
 */
class MakeJava {
    public static void main(String[] paths) throws Exception {
        try (var source = new ZipInputStream(new FileInputStream(paths[0]));
                var sink = new ZipOutputStream(new FileOutputStream(paths[1]))) {
            sink.setComment("written by java.util.zip");
            sink.putNextEntry(new ZipEntry("META-INF/"));
            for (ZipEntry entry; (entry = source.getNextEntry()) != null; ) {
                sink.putNextEntry(new ZipEntry(entry.getName()));
                source.transferTo(sink);
            }
        }
    }
}
