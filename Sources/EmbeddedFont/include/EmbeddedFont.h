#pragma once

/// A TrueType file, a part of DejaVu Sans, and its size in bytes. The memory lives as long as the program.
const unsigned char *occ_font(long *bytes);
