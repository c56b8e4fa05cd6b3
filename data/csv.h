#pragma once
// Tables in text files: numbers and classes by column.

#include <reel/core/options.h>
#include <reel/core/tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace reel::data {

/// How a table is written.
struct CsvOptions {
  CsvOptions() = default;
  REEL_ARG(char, delimiter) = ',';
  /// Whether the first line names the columns; otherwise they are named by their numbers.
  REEL_ARG(bool, header) = true;
  /// Whether a missing value becomes NaN in columns of floats; otherwise it is an error. Missing
  /// are fields that are empty or say NA, N/A, NaN, null or ?, in any case of letters.
  REEL_ARG(bool, missing_is_nan) = false;
};

/// A column, by its name or its number from 0; numbers below 0 count from the last.
class CsvColumn {
 public:
  CsvColumn(int number) : number_(number) {}
  CsvColumn(const char* name) : name_(name), is_name_(true) {}
  CsvColumn(std::string name) : name_(std::move(name)), is_name_(true) {}

 private:
  friend class CsvTable;
  std::string name_;
  int number_ = 0;
  bool is_name_ = false;
};

/// Numbers of classes, and which they are.
struct CsvClasses {
  Tensor targets;                  ///< (rows) int64, an index of names
  std::vector<std::string> names;  ///< sorted
};

/// A file of rows of fields, plain or gzip. Fields may be "quoted", with delimiters, line breaks
/// and "" for a quote inside. Lines end with LF, CR LF or CR; empty ones count for nothing, also in
/// a table of one column, whose missing values are written "". Columns become tensors when they are
/// asked for: `TensorDataset(table.columns({"height", "width"}),
/// table.classes("species").targets)`. Throws: IoError naming the path, the line and the column.
/// Source: RFC 4180
class CsvTable {
 public:
  explicit CsvTable(const std::string& path, CsvOptions options = {});
  ~CsvTable();
  CsvTable(CsvTable&&) noexcept;
  CsvTable& operator=(CsvTable&&) noexcept;

  int64_t rows() const;
  const std::vector<std::string>& names() const;

  /// The numbers of a column (rows); of some columns, or of all (rows, columns). dtype is float32,
  /// float64, int32 or int64. Throws: ArgumentError for another, or a column that there is not;
  /// IoError for a field that is no such number.
  Tensor column(const CsvColumn& column, Dtype dtype = kFloat32) const;
  Tensor columns(const std::vector<CsvColumn>& columns, Dtype dtype = kFloat32) const;
  Tensor columns(Dtype dtype = kFloat32) const;
  /// A column of texts as classes, which are numbered in the order of the sorted texts.
  CsvClasses classes(const CsvColumn& column) const;
  /// A column as it stands there, without quotes.
  std::vector<std::string> texts(const CsvColumn& column) const;

 private:
  struct Content;
  std::size_t number_of(const CsvColumn& column) const;
  std::unique_ptr<Content> content_;
};

}  // namespace reel::data
